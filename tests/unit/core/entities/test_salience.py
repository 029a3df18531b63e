from hypothesis import given
from hypothesis import strategies as st
from tests.unit.core.entities.test_tagger import tag

from wirewatch.core.article import Mention
from wirewatch.core.entities.salience import salience


def test_the_headlines_subject_comes_before_who_is_named_in_passing() -> None:
    body = "In Essen hat Joe Biden gesprochen. Biden sagte wenig. " + "Viel Text steht hier. " * 20 + "Auch der Iran war ein Thema."
    by_id = {entity.id: entity.salience for entity in tag(body, title="Joe Biden in Essen")}
    assert by_id["Q8"] > by_id["geonames:1"] > by_id["Q3"]
    assert by_id["Q8"] > 0.9
    assert by_id["Q3"] < 0.2


def test_without_a_headline_place_and_number_count() -> None:
    (first, second) = tag("Der Iran verhandelt. Iran will viel. Joe Biden auch.")
    assert first.salience == 0.962
    assert second.salience < 0.6


def test_who_stands_in_the_headline_alone_is_not_late() -> None:
    assert salience([Mention("title", 5, 9, "Iran")], lengths={"title": 20, "body": 500}, most=1) == 1


@given(
    st.lists(st.tuples(st.sampled_from(["title", "body"]), st.integers(0, 99)), min_size=1, max_size=9),
    st.integers(0, 20),
)
def test_it_is_from_0_to_1(places: list[tuple[str, int]], others: int) -> None:
    mentions = [Mention("title" if field == "title" else "body", start, start + 1, "x") for field, start in places]
    assert 0 <= salience(mentions, lengths={"title": 100, "body": 100}, most=len(mentions) + others) <= 1
