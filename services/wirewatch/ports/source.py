"""Where articles are read from, and how far they were read."""

from collections.abc import Iterator
from typing import Protocol

from msgspec import Struct

from wirewatch.core.article import Checkpoint


class Record(Struct, frozen=True):
    """One message as read from a source, and where: ``position`` is what the checkpoint needs to go on *after* it.

    ``fault`` is set where the reader itself found it unusable (a CSV row of the wrong width, a line over the limit): a value of
    ``core.outcome.Reason`` and a detail. ``raw`` then holds what was read of it, 64 KiB at most.
    """

    raw: bytes
    offset: int
    position: int
    fault: tuple[str, str] | None = None


class ArticleSource(Protocol):
    """Somewhere articles are read from, once, in order, from a checkpoint on."""

    @property
    def name(self) -> str: ...

    @property
    def total(self) -> int | None:
        """The position of the end, in the unit of ``Record.position``; None where it isn't known (yet) or there is none."""
        ...

    def records(self, after: Checkpoint | None) -> Iterator[Record]:
        """Read on after ``after``; from the start where there is none, or where the source is not the one it was. Raises SourceError."""
        ...

    def checkpoint(self, position: int) -> Checkpoint:
        """What to keep, so that a later run goes on after ``position``, that of the last record that is done."""
        ...


class SendProgress(Protocol):
    """Remembers over runs how far each source was sent."""

    def checkpoint(self, source: str) -> Checkpoint | None: ...

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep it, in the place of an earlier one. Raises Unavailable."""
        ...
