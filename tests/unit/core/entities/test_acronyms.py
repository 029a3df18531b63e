import pytest
from tests.unit.core.entities.test_tagger import Recogniser, found

from wirewatch.core.entities.acronyms import is_short_for

DIW = Recogniser(("Deutsche Institut für Wirtschaftsforschung", "Deutsches Institut für Wirtschaftsforschung"), "ORG")


@pytest.mark.parametrize(
    ("short", "folded"),
    [
        ("DIW", "deutsches institut fur wirtschaftsforschung"),
        ("BND", "bundesnachrichtendienst"),
        ("UN", "united nations"),
        ("SIPRI", "stockholm international peace research institute"),
        ("ОБСЕ", "организация по безопасности и сотрудничеству в европе"),
        ("BSW", "bundnis sahra wagenknecht"),
    ],
)
def test_acronyms_have_the_letters_of_their_name_in_order(short: str, folded: str) -> None:
    assert is_short_for(short, folded)


@pytest.mark.parametrize(
    ("short", "folded"),
    [
        ("AP", "washington"),
        ("dpa", "deutsche presse agentur"),  # no capitals
        ("SPD", "olaf scholz"),
        ("IWF", "deutsches institut fur wirtschaftsforschung"),
        ("EU", "eu"),
        ("Berlin", "bundesrechnungshof linden"),
    ],
)
def test_other_words_in_brackets_are_no_acronyms(short: str, folded: str) -> None:
    assert not is_short_for(short, folded)


@pytest.mark.parametrize(
    "body",
    [
        "Das Deutsche Institut für Wirtschaftsforschung (DIW) warnt. Das DIW rechnet mit wenig, DIW-Chef hin oder her.",
        "Das DIW (Deutsches Institut für Wirtschaftsforschung) warnt. Das DIW rechnet mit wenig.",
        "Das Deutsche Institut für Wirtschaftsforschung („DIW“) warnt. Das DIW rechnet mit wenig.",
    ],
)
def test_an_acronym_that_is_explained_is_found_all_over_the_article(body: str) -> None:
    entities = found(body, title="DIW: Wenig Wachstum", recogniser=DIW)
    assert len({name for name, _ in entities}) == 1
    assert [text for _, text in entities].count("DIW") == body.count("DIW") + 1


def test_what_is_known_by_its_acronym_gets_its_id() -> None:
    model = Recogniser(("Europäischen Union",), "ORG")
    assert found("Die Europäischen Union (EU) tagt. Die EU berät.", recogniser=model) == [
        ("Q4", "Europäischen Union"),
        ("Q4", "EU"),
        ("Q4", "EU"),
    ]


def test_what_an_article_explains_counts_more_than_what_is_known() -> None:
    model = Recogniser(("Erdölunternehmen Uruguays",), "ORG")
    assert {name for name, _ in found("Das Erdölunternehmen Uruguays (EU) bohrt. EU bohrt weiter.", recogniser=model)} == {"Q4"}


def test_nobody_is_an_acronym_and_a_dateline_explains_none() -> None:
    assert found("Joe Biden (JB) und der Iran (IR)") == [("Q8", "Joe Biden"), ("Q3", "Iran")]
