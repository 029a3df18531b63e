"""Spans of names in a text, and which of those that overlap is kept."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import TypeVar

from wirewatch.core.article import EntityType

# Whom a span names: an entity of the gazetteer by its index, one that only a model knows by its id.
Owner = int | str
# Start and end in code points, and the owner.
Span = tuple[int, int, Owner]
# A name in a text whose owner isn't known yet: start and end in code points, and its type.
TypedSpan = tuple[int, int, EntityType]

_AnySpan = TypeVar("_AnySpan", bound=tuple[int, int, object])


def overlapping(spans: Sequence[_AnySpan], start: int, end: int) -> Sequence[_AnySpan]:
    """The spans that share at least one code point with this one; ``spans`` are in order and don't overlap each other."""
    return spans[bisect_right(spans, start, key=_end) : bisect_left(spans, end, key=_start)]


def _start(span: tuple[int, int, object]) -> int:
    return span[0]


def _end(span: tuple[int, int, object]) -> int:
    return span[1]


def longest(spans: Iterable[Span], *, first_wins: bool = True) -> list[Span]:
    """Spans that don't overlap, by their start: of two that do, the longer is kept; of two as long, the one that begins first.

    ``first_wins``: of the very same span given twice, whether the first or the last is kept.
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
