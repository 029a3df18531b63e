"""Reading on from a checkpoint, and who watches it: what a run and a send have in common."""

from collections.abc import Iterator
from typing import Protocol

from wirewatch.core.article import Checkpoint
from wirewatch.ports.source import ArticleSource, Record


class Progress(Protocol):
    """Follows a run."""

    def start(self, source: ArticleSource, position: int) -> None:
        """Reading begins after ``position``."""

    def advance(self, position: int, read: int) -> None:
        """All up to ``position`` is committed, ``read`` messages of this run in all."""


class Silent:
    """Progress that nobody looks at."""

    def start(self, source: ArticleSource, position: int) -> None: ...

    def advance(self, position: int, read: int) -> None: ...


def read_on(source: ArticleSource, after: Checkpoint | None, *, progress: Progress, resumed: list[str]) -> Iterator[Record]:
    """The records after a checkpoint. Raises SourceError.

    The first one shows where reading really began, since a replaced file is read from its start. ``progress`` starts there, and the
    source's name is added to ``resumed`` unless that is its start.
    """
    records = source.records(after)
    for first in records:
        progress.start(source, first.offset)
        if first.offset:
            resumed.append(source.name)
        yield first
        break
    yield from records
