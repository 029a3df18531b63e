"""Articles from a CSV file with a header (RFC 4180), separated by commas, semicolons or tabs; newlines may be quoted."""

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from wirewatch.adapters.sources.lines import BOM, EXCERPT, ByteFile
from wirewatch.core.errors import SourceError
from wirewatch.core.outcome import Reason
from wirewatch.ports.source import Record

_DELIMITERS = ",;\t"
_MAX_HEADER = 65_536
_CHUNK = 1 << 20
# Names in use for article.v1's fields, the best first; compared without case, blanks and punctuation. Plain "id" is left out: it may be the
# row's number, and then rows of different files would count as the same article.
_SYNONYMS = {
    "title": ("title", "headline", "heading", "head", "titel", "überschrift", "schlagzeile", "titre", "título", "titulo", "titolo"),
    "body": ("body", "text", "content", "fulltext", "maintext", "articletext", "articlebody", "article", "story", "inhalt", "description"),
    "url": ("url", "link", "href", "permalink", "articleurl", "weburl"),
    "guid": ("guid", "uuid"),
    "source": ("source", "outlet", "publisher", "publication", "newspaper", "medium", "sourcename", "site", "domain", "quelle"),
    "authors": ("authors", "author", "byline"),
    "language": ("language", "lang", "sprache", "locale"),
    "published_at": (
        "publishedat", "published", "pubdate", "publishdate", "datepublished", "publicationdate", "publisheddate", "date", "datetime",
        "timestamp", "datum",
    ),
    "updated_at": ("updatedat", "updated", "datemodified", "modified", "lastmod"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Header:
    """The first row. ``columns[i]`` is the field of an article that column i fills, None if it isn't read; ``end`` is its end in bytes."""

    delimiter: str
    columns: tuple[str | None, ...]
    end: int


class _TooLarge(Exception):
    """A row is over the limit."""


def read_header(file: ByteFile, name: str) -> Header | None:
    """Read the header of a file that is at its start; None if the file is empty. Raises SourceError if it isn't a header."""
    end = 0
    while line := file.readline(_MAX_HEADER):
        content = line.removeprefix(BOM) if end == 0 else line
        end += len(line)
        if content.strip():
            return _parse_header(content, end, name)
    return None


def _parse_header(line: bytes, end: int, name: str) -> Header:
    if not line.endswith(b"\n") and len(line) >= _MAX_HEADER:
        raise SourceError(f"{name}: the first line is over {_MAX_HEADER:,} bytes long, so it can't be a CSV header; is this a CSV file?")
    try:
        text = line.decode()
        rows = [(delimiter, next(csv.reader([text], delimiter=delimiter))) for delimiter in _DELIMITERS]
    except UnicodeDecodeError as error:
        raise SourceError(f"{name}: the header is not UTF-8 (byte {error.start + 1}); convert the file to UTF-8") from error
    except csv.Error as error:
        raise SourceError(f"{name}: the first line can't be read as a CSV header ({error})") from error
    headers = [(delimiter, names, _fields(names)) for delimiter, names in rows]
    delimiter, names, columns = max(headers, key=lambda header: (sum(map(bool, header[2])), len(header[1])))
    if not {"title", "body"} & set(columns):
        wanted = " or ".join(f"{field} (also {', '.join(_SYNONYMS[field][1:4])} …)" for field in ("title", "body"))
        found = ", ".join(column.strip()[:40] for column in names[:20])
        raise SourceError(f"{name}: no column holds text. Columns found: {found}. One must be {wanted}; rename it in the first line")
    return Header(delimiter, columns, end)


def _fields(names: list[str]) -> tuple[str | None, ...]:
    normal = ["".join(filter(str.isalnum, name.casefold())) for name in names]
    columns: list[str | None] = [None] * len(names)
    for field, synonyms in _SYNONYMS.items():
        known = next((synonym for synonym in synonyms if synonym in normal), None)
        if known:
            columns[normal.index(known)] = field
    return tuple(columns)


def csv_rows(file: ByteFile, start: int, *, max_bytes: int, name: str) -> Iterator[Record]:
    """Yield each row after the header as the JSON of an article, without empty cells. ``start``: where to start, in bytes.

    A row that can't be read (not as wide as the header, a stray quote, not UTF-8, over ``max_bytes``) is yielded as a fault. If a quote was
    to blame, reading goes on at the *line* after the row's first one, so that a quote that is never closed costs only its row.
    """
    file.seek(0)
    header = read_header(file, name)
    if header is None:
        return
    # The csv module's own limit is for the whole process and refuses cells over 128 KiB; ours is for a row.
    csv.field_size_limit(max(csv.field_size_limit(), max_bytes))
    start = max(start, header.end)
    file.seek(start)
    number = 1 if start == header.end else None
    lines = _Lines(file, start, max_bytes)
    reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
    while True:
        offset = lines.begin()
        if number is not None:
            number += 1
        row = f"row {number}" if number is not None else f"the row at byte {offset:,}"
        fault: tuple[str, str] | None = None
        cells: list[str] = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLarge:
            fault = (Reason.TOO_LARGE, f"{row} goes on for more than {max_bytes:,} bytes; perhaps a quote isn't closed")
        except csv.Error as error:
            fault = (Reason.INVALID_RECORD, f"{row}: {error}; a quote inside a cell is written twice")
        if fault:
            raw = lines.recover()
            reader = csv.reader(lines, delimiter=header.delimiter, strict=True)
        elif cells:
            fault = _fault(row, cells, header, lines)
            raw = lines.content()[:EXCERPT] if fault else _article(cells, header)
        else:  # a blank line
            continue
        yield Record(raw, offset, lines.position, fault)


def _fault(row: str, cells: list[str], header: Header, lines: "_Lines") -> tuple[str, str] | None:
    if lines.undecodable:
        return Reason.INVALID_ENCODING, f"{row} is not UTF-8; convert the file to UTF-8"
    if len(cells) != len(header.columns):
        return Reason.INVALID_RECORD, f"{row} has {len(cells)} columns, the header {len(header.columns)}"
    return None


def _article(cells: list[str], header: Header) -> bytes:
    return msgspec.json.encode({field: cell for field, cell in zip(header.columns, cells, strict=True) if field and cell})


class _Lines:
    """The file's lines, decoded, with the position after the last one and the bytes of the current row, up to ``max_bytes``."""

    def __init__(self, file: ByteFile, position: int, max_bytes: int) -> None:
        self._file = file
        self._max_bytes = max_bytes
        self._row: list[bytes] = []
        self._size = 0
        self._returned: deque[bytes] = deque()
        self.position = position
        self.undecodable = False

    def begin(self) -> int:
        """Start a row; return its position."""
        self._row.clear()
        self._size = 0
        self.undecodable = False
        return self.position

    def content(self) -> bytes:
        return b"".join(self._row)

    def recover(self) -> bytes:
        """Give back all lines of the row but the first, which is skipped to its end; return the beginning of the first one."""
        first, *others = self._row
        self._returned.extendleft(reversed(others))
        self.position -= sum(map(len, others))
        last = first
        while not last.endswith(b"\n") and (last := self._readline(_CHUNK)):
            self.position += len(last)
        return first[:EXCERPT]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        # Two bytes more for the line's end, and one to see that the row is over the limit.
        line = self._readline(self._max_bytes - self._size + 3)
        if not line:
            raise StopIteration
        self._row.append(line)
        self._size += len(line)
        self.position += len(line)
        if self._size - 2 > self._max_bytes:
            raise _TooLarge
        try:
            return line.decode()
        except UnicodeDecodeError:
            self.undecodable = True
            return line.decode(errors="surrogateescape")

    def _readline(self, limit: int) -> bytes:
        line = self._returned.popleft() if self._returned else b""
        if not line.endswith(b"\n"):
            line += self._file.readline(max(limit - len(line), 0))
        return line
