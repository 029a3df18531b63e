"""What finding terms in a text needs from outside, and how it is explained."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypedDict


class TermMatcher(Protocol):
    """Finds many literal strings at once in a folded text: (index of the string, start, end)."""

    def find(self, folded: str) -> Iterable[tuple[int, int, int]]: ...


class TermMatcherFactory(Protocol):
    """Builds a matcher. ``overlapping``: it finds every occurrence, those inside others too."""

    def __call__(self, patterns: Sequence[str], *, overlapping: bool = False) -> TermMatcher: ...


class Dropped(TypedDict):
    """Something that was found and not taken, and why. ``what``: the id it would have had; offsets are code points of the field."""

    field: str
    start: int
    end: int
    text: str
    what: str
    reason: str
