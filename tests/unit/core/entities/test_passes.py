"""Each pass alone, on a state made by hand."""

from collections.abc import Sequence

import pytest
from tests.support.languages import LANGUAGES
from tests.unit.core.entities.test_tagger import Recogniser, gazetteer

from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.core.entities.acronyms import acronyms
from wirewatch.core.entities.gazetteer import Identity
from wirewatch.core.entities.known_names import known_names
from wirewatch.core.entities.model_names import model_names
from wirewatch.core.entities.state import Knowledge, State
from wirewatch.core.entities.surname_places import surname_places
from wirewatch.core.entities.surnames import surnames
from wirewatch.core.entities.tagger import PASSES
from wirewatch.core.text.document import Document
from wirewatch.core.text.spans import Owner


def knowledge(recogniser: Recogniser | None = None) -> Knowledge:
    return Knowledge.of(gazetteer(), AutomatonMatcher, LANGUAGES, {"de": recogniser} if recogniser else {})


def state(body: str, *spans: tuple[str, Owner], explain: bool = False) -> State:
    """A German text in which these spans have been accepted."""
    found = State.of(Document.of(title="", body=body, language="de"), LANGUAGES, explain=explain)
    found.fields[0].spans = [(body.index(text), body.index(text) + len(text), owner) for text, owner in spans]
    return found


def owner_of(identity: str) -> int:
    return next(index for index, entity in enumerate(gazetteer().entities) if entity.id == identity)


def texts(found: State) -> Sequence[tuple[str, Owner]]:
    return [(part.field.text[start:end], owner) for part in found.fields for start, end, owner in part.spans]


IRAN, JORDAN, ESSEN, PUTIN, EU = map(owner_of, ("Q3", "geonames:2", "geonames:1", "Q1", "Q4"))


def test_the_order_of_the_passes() -> None:
    assert (known_names, surname_places, model_names, surnames, acronyms) == PASSES


def test_known_names_are_accepted_or_dropped_with_a_reason() -> None:
    found = state("Der Iran, und iran. Das Essen. Michael Jordan.", explain=True)
    known_names(found, knowledge())
    assert texts(found) == [("Iran", IRAN)]
    assert found.surnames == {"jordan"}
    assert [drop["text"] for drop in found.dropped or ()] == ["iran", "Essen", "Jordan"]


def test_the_reason_is_kept_only_where_somebody_asks() -> None:
    found = state("und iran")
    known_names(found, knowledge())
    assert found.dropped is None


@pytest.mark.parametrize(("surname", "left"), [("jordan", [("Iran", IRAN)]), ("iran", [("Iran", IRAN), ("Jordan", JORDAN)])])
def test_a_city_that_is_a_surname_is_dropped_and_a_country_is_not(surname: str, left: list[tuple[str, Owner]]) -> None:
    found = state("Iran gegen Jordan", ("Iran", IRAN), ("Jordan", JORDAN), explain=True)
    found.surnames.add(surname)
    surname_places(found, knowledge())
    assert texts(found) == left
    assert len(found.dropped or ()) == 2 - len(left)


def test_a_model_adds_names_and_gets_ids_for_them() -> None:
    found = state("Jana Beispiel in Iran", ("Iran", IRAN))
    model_names(found, knowledge(Recogniser(["Jana Beispiel", "Iran"])))
    assert texts(found) == [("Jana Beispiel", "name:PER:jana-beispiel"), ("Iran", IRAN)]
    assert [identity.type for identity in found.identities.values()] == ["PER"]


def test_without_a_model_for_the_language_nothing_is_added() -> None:
    found = state("Jana Beispiel in Iran", ("Iran", IRAN))
    model_names(found, knowledge())
    assert texts(found) == [("Iran", IRAN)]


def test_a_surname_alone_is_the_persons() -> None:
    found = state("Wladimir Putin kam. Putin ging. Michael Putin blieb.", ("Wladimir Putin", PUTIN), explain=True)
    surnames(found, knowledge())
    assert texts(found) == [("Wladimir Putin", PUTIN), ("Putin", PUTIN)]
    assert [drop["text"] for drop in found.dropped or ()] == ["Putin"]


@pytest.mark.parametrize(
    ("text", "owner"), [("Jana Jordan kam, Jordan ging.", "name:PER:jana-jordan"), ("Jana Jordan kam aus Jordan.", JORDAN)]
)
def test_a_surname_replaces_a_city_without_a_preposition_of_place(text: str, owner: Owner) -> None:
    person = "name:PER:jana-jordan"
    found = state(text, ("Jana Jordan", person))
    start = text.rindex("Jordan")
    found.fields[0].spans.append((start, start + 6, JORDAN))
    found.identities[person] = Identity(person, "PER", "")
    surnames(found, knowledge())
    assert texts(found) == [("Jana Jordan", person), ("Jordan", owner)]


def test_an_acronym_is_its_entitys_all_over_the_article() -> None:
    found = state("Europäischer Bund (EB). Der EB.", ("Europäischer Bund", EU))
    acronyms(found, knowledge())
    assert texts(found) == [("Europäischer Bund", EU), ("EB", EU), ("EB", EU)]
