"""What finding terms and names in a text needs from outside, and how it explains what it dropped."""

from collections.abc import Iterable, Sequence
from typing import Protocol, TypedDict

from wirewatch.core.article import Mention
from wirewatch.core.text.document import FieldText
from wirewatch.core.text.spans import TypedSpan


class TermMatcher(Protocol):
    """Finds many literal strings at once in a folded text: (index of the string, start, end)."""

    def find(self, folded: str) -> Iterable[tuple[int, int, int]]: ...


class TermMatcherFactory(Protocol):
    """Builds a matcher. ``overlapping``: it finds every occurrence, those inside others too."""

    def __call__(self, patterns: Sequence[str], *, overlapping: bool = False) -> TermMatcher: ...


class Recogniser(Protocol):
    """A model that finds names no gazetteer has. ``known``: those that the gazetteer has found, in order, as evidence."""

    def recognise(self, text: str, language: str, known: Sequence[TypedSpan] = ()) -> Sequence[TypedSpan]: ...


class Dropped(TypedDict):
    """A candidate that was not accepted, and why. ``what``: the id it would have had; offsets are code points of the field."""

    field: str
    start: int
    end: int
    text: str
    what: str
    reason: str


def dropped_name(field: FieldText, start: int, end: int, what: str, reason: str) -> Dropped:
    """A candidate for a name that is not accepted."""
    return {"field": field.name, "start": start, "end": end, "text": field.text[start:end], "what": what, "reason": reason}


def covers(mention: Mention, drop: Dropped) -> bool:
    """Whether a mention covers a candidate that was dropped."""
    return mention.field == drop["field"] and mention.start <= drop["start"] and drop["end"] <= mention.end
