"""Articles from a document that is read as a whole, such as a JSON array or a feed. Positions count its articles."""

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from pathlib import Path

import msgspec

from wirewatch.adapters.sources.lines import BOM, EXCERPT, open_file, reading
from wirewatch.core.article import Checkpoint
from wirewatch.core.errors import SourceError
from wirewatch.core.outcome import Reason
from wirewatch.ports.source import Record

# The largest document in bytes; it is held in memory as a whole.
MAX_DOCUMENT = 64 << 20


class DocumentSource:
    """A document that changes as a whole: unless it is byte for byte the one that a checkpoint is of, it is read from its start.

    ``load`` returns its bytes, ``split`` its articles as article.v1 in JSON. Both may raise SourceError. An article over ``max_bytes`` is
    yielded as a fault.
    """

    def __init__(self, name: str, *, load: Callable[[], bytes], split: Callable[[bytes], Sequence[bytes]], max_bytes: int) -> None:
        self.name = name
        self.total: int | None = None
        self._load = load
        self._split = split
        self._max_bytes = max_bytes
        self._mark = ""

    def records(self, after: Checkpoint | None) -> Iterator[Record]:
        """See ``ArticleSource``; the document is loaded or fetched when the first record is wanted."""
        content = self._load()
        self._mark = blake2b(content, digest_size=8).hexdigest()
        articles = self._split(content) if content.removeprefix(BOM).strip() else ()
        self.total = len(articles)
        start = after.position if after and after.mark == self._mark else 0
        for offset in range(start, len(articles)):
            yield self._record(articles[offset], offset)

    def checkpoint(self, position: int) -> Checkpoint:
        """See ``ArticleSource``."""
        return Checkpoint(source=self.name, position=position, mark=self._mark)

    def _record(self, raw: bytes, offset: int) -> Record:
        if len(raw) <= self._max_bytes:
            return Record(raw, offset, offset + 1)
        detail = f"article {offset + 1} has {len(raw):,} bytes; at most {self._max_bytes:,} are read"
        return Record(raw[:EXCERPT], offset, offset + 1, (Reason.TOO_LARGE, detail))


def load_file(path: Path, *, max_document: int = MAX_DOCUMENT) -> bytes:
    """Read a file as a whole, unpacked if it is gzipped. Raises SourceError if it can't be read, or is over ``max_document`` bytes."""
    with reading(str(path)), open_file(path) as file:
        content = file.read(max_document + 1)
    if len(content) > max_document:
        raise SourceError(f"{path}: over {max_document >> 20} MiB, too large to be read as a whole; write one article a line (.jsonl)")
    return content


def json_articles(content: bytes, *, name: str) -> list[bytes]:
    """Split a JSON array of articles; a single object is one article. The elements aren't checked. Raises SourceError."""
    document = content.removeprefix(BOM)
    try:
        if document.lstrip().startswith(b"["):
            return [bytes(element) for element in msgspec.json.decode(document, type=list[msgspec.Raw])]
        return [bytes(msgspec.json.decode(document, type=msgspec.Raw))]
    except msgspec.DecodeError as error:
        raise SourceError(
            f"{name}: this is not valid JSON ({error}); with JSON lines (.jsonl), a bad article costs only its line"
        ) from error
