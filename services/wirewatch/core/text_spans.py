"""Spans of names in a text: which of those that overlap stays, and what of one is no part of the name."""

from collections.abc import Iterable

from wirewatch.core.name_context import is_title

# Start and end in code points, and whom it names: a gazetteer's entity by its index, a model's own by its id.
Span = tuple[int, int, int | str]


def longest(spans: Iterable[Span], *, first_wins: bool = True) -> list[Span]:
    """Spans that don't overlap, by their start: of two that do the longer stays, of equal ones that which begins first.

    ``first_wins``: of the very same span given twice, whether the first or the last stays.
    """
    order = sorted(spans, key=_by_start)
    kept: list[Span] = []
    for span in order:
        if kept and span[0] < kept[-1][1]:
            length, rival = span[1] - span[0], kept[-1][1] - kept[-1][0]
            if length < rival or (length == rival and (first_wins or span[0] != kept[-1][0])):
                continue
            kept.pop()
        kept.append(span)
    return kept


def _by_start(span: Span) -> tuple[int, int]:
    return span[0], -span[1]


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without blanks and punctuation at its ends, but for the dot of an abbreviation."""
    while start < end and not text[start].isalnum():
        start += 1
    while start < end and not text[end - 1].isalnum() and not (text[end - 1] == "." and text[end - 2].isupper()):
        end -= 1
    return start, end


def without_title(folded: str, start: int, end: int) -> int:
    """Where the name begins in a person's span, behind titles."""
    while True:
        word, _, rest = folded[start:end].partition(" ")
        if not is_title(word) or not rest.strip():
            return start
        start += len(word) + 1
        while folded[start] == " ":
            start += 1
