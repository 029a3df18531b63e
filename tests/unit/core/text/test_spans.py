from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.article import EntityType
from wirewatch.core.text.folding import fold
from wirewatch.core.text.spans import Span, longest, narrowed, trimmed, without_title


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


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" „Genf“, ", "Genf"),
        ("U.S.", "U.S."),  # the dot of an abbreviation is part of it
        ("Genf.", "Genf"),
        ("Bank «Muster»,", "Bank «Muster»"),  # quotation marks inside of the name belong to it
        ("«Muster» Bank", "«Muster» Bank"),
        ("Bank «Muster", "Bank «Muster"),
        ("Muster»", "Muster"),
        ("– !", ""),
        ("", ""),
    ],
)
def test_blanks_and_punctuation_are_no_part_of_a_name(text: str, name: str) -> None:
    start, end = trimmed(text, 0, len(text))
    assert text[start:end] == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Präsident Putin", "Putin"),
        ("Bundeskanzler Dr. Olaf Beispiel", "Olaf Beispiel"),
        ("Olaf Beispiel", "Olaf Beispiel"),
        ("Präsident", "Präsident"),  # nobody is left without it
        ("Frau  Beispiel", "Beispiel"),
    ],
)
def test_titles_are_no_part_of_a_name(text: str, name: str) -> None:
    assert text[without_title(fold(text), 0, len(text)) :] == name


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("Jana Beispiel, ministre des Armées", "PER", "Jana Beispiel"),
        ("L'architecte en chef Jana Beispiel", "PER", "Jana Beispiel"),
        ("Jana von der Beispiel", "PER", "Jana von der Beispiel"),
        ("Beispiel, Muster und Partner", "ORG", "Beispiel, Muster und Partner"),
        ("l'Aisne", "LOC", "Aisne"),
        ("L'Aquila", "LOC", "L'Aquila"),
    ],
)
def test_a_models_span_holds_one_name(text: str, kind: EntityType, name: str) -> None:
    ((start, end, _),) = narrowed(text, 0, len(text), kind)
    assert text[start:end] == name


@pytest.mark.parametrize(
    ("text", "start", "name"),
    [
        ("THE HAGUE - Guyana took", 0, "Guyana took"),
        ("THE HAGUE - Guyana took", 4, "Guyana took"),
        ("THE HAGUE-Guyana took", 0, "THE HAGUE-Guyana took"),
        ("New York - Berlin", 0, "New York - Berlin"),  # not a known place that ends before the dash
    ],
)
def test_a_dateline_is_no_part_of_a_name(text: str, start: int, name: str) -> None:
    ((begin, end, _),) = narrowed(text, start, len(text), "LOC", [(0, 9, "LOC")])
    assert text[begin:end] == name


def test_a_known_name_and_another_are_two() -> None:
    assert narrowed("El País y La Nación", 0, 19, "ORG", [(0, 7, "ORG")]) == [(10, 19, "ORG")]
    assert narrowed("Tim y Tom", 0, 9, "ORG", [(2, 9, "ORG")]) == [(0, 9, "ORG")]
