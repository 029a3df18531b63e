from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.text.spans import Span, longest, overlapping


@pytest.mark.parametrize(
    ("spans", "kept"),
    [
        ([], []),
        ([(5, 9, 1), (0, 4, 2)], [(0, 4, 2), (5, 9, 1)]),  # in the order of the text
        ([(0, 4, 1), (2, 9, 2)], [(2, 9, 2)]),  # the longer one
        ([(0, 9, 1), (2, 6, 2)], [(0, 9, 1)]),
        ([(0, 4, 1), (2, 6, 2)], [(0, 4, 1)]),  # of equal ones the first
        ([(0, 4, 1), (4, 8, 2)], [(0, 4, 1), (4, 8, 2)]),  # side by side
    ],
)
def test_the_longest_span_stays(spans: list[Span], kept: list[Span]) -> None:
    assert longest(spans) == kept
    assert longest(spans, first_wins=False) == kept


def test_who_wins_where_the_same_span_is_given_twice() -> None:
    twice: list[Span] = [(0, 4, 1), (0, 4, "name:PER:x")]
    assert longest(twice) == [(0, 4, 1)]
    assert longest(twice, first_wins=False) == [(0, 4, "name:PER:x")]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9), st.integers(0, 3))))
def test_none_overlap_and_each_was_given(places: list[tuple[int, int, int]]) -> None:
    given_spans: list[Span] = [(start, start + length, owner) for start, length, owner in places]
    kept = longest(given_spans)
    assert set(kept) <= set(given_spans)
    assert all(one[1] <= other[0] for one, other in pairwise(kept))


def test_what_overlaps_a_span() -> None:
    spans = [(0, 4, 1), (5, 9, 2), (10, 12, 3)]
    assert overlapping(spans, 4, 5) == []
    assert overlapping(spans, 3, 6) == spans[:2]
    assert overlapping(spans, 6, 7) == spans[1:2]
