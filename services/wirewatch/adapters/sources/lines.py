"""Articles from JSON lines in a file or a pipe, and what all files share: errors, compression, checkpoints."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

from wirewatch.core.article import Checkpoint
from wirewatch.core.errors import SourceError
from wirewatch.core.outcome import Reason
from wirewatch.ports.source import Record

BOM = b"\xef\xbb\xbf"
# How much is kept of a message that is too large or can't be read, in bytes.
EXCERPT = 65_536
_GZIP = b"\x1f\x8b"
# How much of a file's beginning its mark covers, in bytes.
MARKED = 1024
_CHUNK = 1 << 20


class ByteStream(Protocol):
    """What a pipe must do."""

    def readline(self, size: int, /) -> bytes:
        """Return a line with its end, at most ``size`` bytes of it; empty at the end of the stream."""
        ...


class ByteFile(ByteStream, Protocol):
    """What a file must do; positions are in its content, decompressed."""

    def read(self, size: int, /) -> bytes:
        """Return ``size`` bytes, or fewer at the end."""
        ...

    def seek(self, position: int, /) -> int:
        """Go to a position from the start."""
        ...


Reader = Callable[[ByteFile, int], Iterator[Record]]


@contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn errors of the file system or of the compression into a SourceError with the source's name."""
    try:
        yield
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise SourceError(f"{name}: the gzip file is damaged or cut off ({error}); unpack it or fetch it again") from error
    except OSError as error:
        raise SourceError(f"{name}: can't be read ({error.strerror or error})") from error


def is_gzip(path: Path) -> bool:
    """Return whether a file is gzipped, by its first bytes and not by its name."""
    with path.open("rb") as file:
        return file.read(len(_GZIP)) == _GZIP


@contextmanager
def open_file(path: Path) -> Iterator[ByteFile]:
    """Open a file for reading, unpacked if it is gzipped."""
    if is_gzip(path):
        with gzip.open(path, "rb") as unpacked:
            yield unpacked
    else:
        with path.open("rb") as file:
            yield file


class Beginning:
    """The first bytes of a file, which tell whether it has grown or another file is in its place."""

    def __init__(self) -> None:
        self.content = b""

    def mark(self, position: int) -> str:
        """Return the length and a hash of the beginning, up to ``position``: what comes after it may not have been there yet."""
        content = self.content[:position]
        return f"{len(content)}:{blake2b(content, digest_size=8).hexdigest()}"

    def _matches(self, mark: str) -> bool:
        length = mark.partition(":")[0]
        return length.isdecimal() and int(length) > 0 and self.mark(int(length)) == mark

    def start(self, file: ByteFile, after: Checkpoint | None) -> int:
        """Read the file's beginning; return where to start: after the checkpoint, or at 0 if it is of another file."""
        file.seek(0)
        self.content = file.read(MARKED)
        if after is None or after.position <= 0 or not self._matches(after.mark):
            return 0
        file.seek(after.position - 1)
        return after.position if file.read(1) else 0  # shorter than it was, so another one

    def still(self, content: bytes) -> bool:
        """Return whether a file that now begins with ``content`` is still the same one; if it is, keep the longer beginning."""
        if not content.startswith(self.content):
            return False
        self.content = content
        return True


def json_lines(stream: ByteStream, start: int, *, max_bytes: int, unfinished: bool = True) -> Iterator[Record]:
    """Yield each line that isn't blank, as bytes, without its end and without a byte order mark.

    ``start``: the stream's position. A line over ``max_bytes`` is skipped, in bounded memory, and yielded as a fault. ``unfinished``: a
    last line without a newline counts too.
    """
    limit = max_bytes + 5  # byte order mark, CR, LF
    position = start
    while line := stream.readline(limit):
        offset = position
        position += len(line)
        ended = line.endswith(b"\n")
        if not ended and len(line) == limit:
            while not ended and (more := stream.readline(_CHUNK)):
                position += len(more)
                ended = more.endswith(b"\n")
        if not ended and not unfinished:
            return
        if offset == 0:
            line = line.removeprefix(BOM)
        raw = line.removesuffix(b"\n").removesuffix(b"\r")
        if len(raw) > max_bytes:
            size = position - offset
            yield Record(raw[:EXCERPT], offset, position, (Reason.TOO_LARGE, f"a line of {size:,} bytes; at most {max_bytes:,} are read"))
        elif not raw.isspace() and raw:
            yield Record(raw, offset, position)


class FileSource:
    """A file that ends. Positions are bytes of its content; ``read`` turns the content after a position into records."""

    def __init__(self, path: Path, read: Reader) -> None:
        self.name = str(path)
        self._path = path
        self._read = read
        self._beginning = Beginning()

    @property
    def total(self) -> int | None:
        """The size in bytes; None for a compressed file, because the size of its content is only known at its end."""
        with reading(self.name):
            return None if is_gzip(self._path) else self._path.stat().st_size

    def records(self, after: Checkpoint | None) -> Iterator[Record]:
        """See ``ArticleSource``."""
        with reading(self.name), open_file(self._path) as file:
            start = self._beginning.start(file, after)
            file.seek(start)
            yield from self._read(file, start)

    def checkpoint(self, position: int) -> Checkpoint:
        """See ``ArticleSource``."""
        return Checkpoint(source=self.name, position=position, mark=self._beginning.mark(position))


class StreamSource:
    """A pipe, read as it comes. It can't go back, so a checkpoint means nothing to it."""

    total = None

    def __init__(self, name: str, open_stream: Callable[[], AbstractContextManager[ByteStream]], *, max_bytes: int) -> None:
        self.name = name
        self._open_stream = open_stream
        self._max_bytes = max_bytes

    def records(self, after: Checkpoint | None) -> Iterator[Record]:  # noqa: ARG002 - the port's signature
        """See ``ArticleSource``."""
        with reading(self.name), self._open_stream() as stream:
            yield from json_lines(stream, 0, max_bytes=self._max_bytes)

    def checkpoint(self, position: int) -> Checkpoint:
        """See ``ArticleSource``."""
        return Checkpoint(source=self.name, position=position)
