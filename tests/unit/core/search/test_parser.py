from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.search.lexer import MAX_TERMS
from wirewatch.core.search.parser import MAX_DEPTH, MAX_LENGTH, parse
from wirewatch.core.search.query import And, Dated, Everything, Named, Not, Or, Phrase, Prefix, Query, QueryError, Tagged, Word, render

A, B, C, D = map(Word, "abcd")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("", Everything()),
        (" \n\t", Everything()),
        ("Rüstung", Word("Rüstung")),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a and b", And((A, Word("and"), B))),
        ("a OR b c", Or((A, And((B, C))))),
        ("a b OR c d", Or((And((A, B)), And((C, D))))),
        ("(a OR b) c", And((Or((A, B)), C))),
        ("a (b c)", And((A, B, C))),
        ("a OR (b OR c)", Or((A, B, C))),
        ("((a))", A),
        ("-a b", And((Not(A), B))),
        ("NOT a OR b", Or((Not(A), B))),
        ("NOT NOT a", Not(Not(A))),
        ("--a", Not(Not(A))),
        ("-(a b)", Not(And((A, B)))),
        ('-"a b"', Not(Phrase("a b"))),
        ('"AND"', Phrase("AND")),
        ('a"b c"d', And((A, Phrase("b c"), D))),
        ("„a b“ «c d» “e”", And((Phrase("a b"), Phrase("c d"), Phrase("e")))),
        ("Jong-un", Phrase("Jong-un")),
        ("10:30", Phrase("10:30")),
        ("rüst*", Prefix("rüst")),
        ("person:putin", Named("person", "putin")),
        ('PERSON:"Wladimir Putin"', Named("person", "Wladimir Putin")),
        ("entity:Q7747", Named("entity", "Q7747")),
        ("org:„Vereinte Nationen“", Named("org", "Vereinte Nationen")),
        ("place:Genf", Named("place", "Genf")),
        ("-topic:sanctions", Not(Tagged("topic", "sanctions"))),
        ("lang:de source:spiegel.de", And((Tagged("lang", "de"), Tagged("source", "spiegel.de")))),
        ("after:2026", Dated("after", datetime(2026, 1, 1, tzinfo=UTC))),
        ("before:2026-11", Dated("before", datetime(2026, 11, 1, tzinfo=UTC))),
        ("after:2026-11-24", Dated("after", datetime(2026, 11, 24, tzinfo=UTC))),
        ("after:2026-11-24T18:30", Dated("after", datetime(2026, 11, 24, 18, 30, tzinfo=UTC))),
        ('after:"2026-11-24 18:30:05Z"', Dated("after", datetime(2026, 11, 24, 18, 30, 5, tzinfo=UTC))),
        (
            "before:2026-11-24T18:30:00+02:00",
            Dated("before", datetime(2026, 11, 24, 18, 30, tzinfo=timezone(timedelta(hours=2)))),
        ),
    ],
)
def test_trees(text: str, tree: Query) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("(a", 0, "never closed"),
        ("a (b (c) d", 2, "never closed"),
        ("(", 0, "never closed"),
        ("a)", 1, "no opening"),
        (")", 0, "no opening"),
        ("a ()", 2, "nothing between"),
        ('a "b c', 2, "never closed"),
        ('person:"b', 7, "never closed"),
        ("a AND", 2, "nothing follows AND"),
        ("a OR", 2, "nothing follows OR"),
        ("NOT", 0, "nothing follows NOT"),
        ("(a NOT) b", 3, "nothing follows NOT"),
        ("OR a", 0, "both sides"),
        ("a AND OR b", 6, "both sides"),
        ("(AND a)", 1, "both sides"),
        ("persn:putin", 0, "did you mean person"),
        ("x:y", 0, "there are entity"),
        ("Ukraine: war", 0, "put it in quotes"),
        ("https://news.example/", 0, "put it in quotes"),
        ("a person: b", 9, "needs a value"),
        ("person:(a)", 7, "needs a value"),
        ("person:", 7, "needs a value"),
        ('topic:""', 6, "needs a value"),
        ("lang:-", 5, "no letter or digit"),
        ('""', 0, "no letter or digit"),
        ("a – b", 2, "no letter or digit"),
        ("a - b", 2, "no letter or digit"),
        ("a -", 2, "no letter or digit"),
        ("*", 0, "a star needs the beginning"),
        ("ab*", 0, "at least 3 letters"),
        ("a*b", 1, "only be at the end"),
        ("abc**", 3, "only be at the end"),
        ("jong-un*", 0, "single word"),
        ("topic:sanc*", 10, "not for fields"),
        ("after:yesterday", 6, "not a date"),
        ("after:2026-13", 6, "not a date"),
        ("after:2026-02-30", 6, "not a date"),
        ("after:0000", 6, "not a date"),
        ("after:2026-11-24T18:30:00.5", 6, "not a date"),
        ("before:9999-12-31T23:59:59-23:59", 7, "not a date"),
        ("before:20261", 7, "not a date"),
    ],
)
def test_errors_say_what_and_where(text: str, position: int, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.position == position
    assert said in caught.value.message


def test_an_error_points_at_the_character() -> None:
    with pytest.raises(QueryError) as caught:
        parse("gipfel persn:putin")
    assert str(caught.value).splitlines()[1:] == ["  gipfel persn:putin", "         ^"]


def test_an_error_in_a_long_query_shows_the_part_in_question() -> None:
    text = "abcdefghijkl " * 60 + "x:y\n"
    with pytest.raises(QueryError) as caught:
        parse(text)
    _, line, caret = str(caught.value).splitlines()
    assert line[caret.index("^") :].startswith("x:y")
    assert len(line) < 80


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a" * (MAX_LENGTH + 1), "longer than"),
        ("a " * (MAX_TERMS + 1), "more than"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "nested"),
        ("-" * (MAX_LENGTH - 1) + "a", "nested"),
        ("(" * MAX_LENGTH, "nested"),
        ("NOT " * 400 + "a", "nested"),
    ],
)
def test_absurd_queries_are_refused(text: str, said: str) -> None:
    with pytest.raises(QueryError, match=said):
        parse(text)


def test_the_limits_themselves_are_fine() -> None:
    assert parse("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) == A
    assert parse("a " * MAX_TERMS) == And((A,) * MAX_TERMS)
    assert parse("a" * MAX_LENGTH) == Word("a" * MAX_LENGTH)


MARKS = [*'()"-*: \n–„“', "AND", " OR ", "NOT ", "person:", "topic:", "after:", "2026-11", "abc", "Jong-un", "ä", "\ud800", "\x00"]


def outcome(text: str) -> Query | QueryError:
    try:
        return parse(text)
    except QueryError as error:
        return error


@given(st.text() | st.lists(st.sampled_from(MARKS)).map("".join))
def test_any_text_is_a_query_or_an_error(text: str) -> None:
    found = outcome(text)
    if isinstance(found, QueryError):
        assert 0 <= found.position <= len(text)
        assert found.message in str(found)
    else:
        assert parse(render(found)) == found


LEAVES = st.sampled_from(
    ["gipfel", "rüst*", '"kim jong"', "Jong-un", "person:putin", 'org:"A B"', "topic:arms", "lang:de", "after:2026", "before:0900-01"]
)


def nested(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.builds(str.join, st.sampled_from((" ", " AND ", " OR ")), st.lists(part, min_size=2, max_size=3))
    return st.builds(str.format, st.sampled_from(("NOT ({})", "-({})")), part) | joined.map("({})".format)


@given(st.recursive(LEAVES, nested, max_leaves=12))
def test_a_rendered_tree_parses_to_itself(text: str) -> None:
    tree = parse(text)
    assert parse(render(tree)) == tree
