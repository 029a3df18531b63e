import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.languages import LANGUAGES

from wirewatch.core.entities.gazetteer import EMPTY, Gazetteer, GazetteerEntry, Rule, extended, forms
from wirewatch.core.text.folding import fold

ACME = GazetteerEntry("acme", "ORG", "Acme Corp", ("Acme", "ACM"))


def gazetteer(*entries: GazetteerEntry, base: Gazetteer = EMPTY, suppressed: tuple[str, ...] = ()) -> Gazetteer:
    return extended(base, entries, suppressed, languages=LANGUAGES, version="test")


def names_of(entity_id: str, known: Gazetteer) -> set[str]:
    owner = next(index for index, entity in enumerate(known.entities) if entity.id == entity_id)
    first, last = known.forms_of(owner)
    return set(known.patterns[first:last])


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("Kim Jong-un", "kim jong un"),
        ("St. Kitts", "st kitts"),
        ("St. Kitts", "st  kitts"),
        ("Köln", "koeln"),
        ("Köln", "koln"),
        ("Straßburg", "strassburg"),
        ("Mærsk", "maersk"),
        ("U.S.", "u s"),
        ("Горбачёв", "горбачева"),
    ],
)
def test_a_name_is_found_in_all_its_spellings(name: str, form: str) -> None:
    assert form in forms(name, "LOC", LANGUAGES)


def test_german_genitives_count_in_german_only() -> None:
    assert forms("Putin", "PER", LANGUAGES)["putins"].only == {"de"}
    assert "bundestages" in forms("Bundestag", "ORG", LANGUAGES)
    assert not [form for form in forms("Paris", "LOC", LANGUAGES) if form != "paris"]


def test_polish_forms_count_in_polish_only() -> None:
    rules = forms("Rosja", "LOC", LANGUAGES, {"pl"})
    assert rules["rosji"].only == {"pl"}
    assert rules["rosja"] == Rule()


def test_short_names_in_capitals_count_in_capitals_only_and_have_no_forms() -> None:
    assert forms("WHO", "ORG", LANGUAGES) == {"who": Rule(exact=True)}
    assert not forms("NATO", "ORG", LANGUAGES)["nato"].exact
    assert forms("dpa", "ORG", LANGUAGES)["dpa"].any_case


@given(st.builds(Rule, *[st.booleans()] * 6, st.frozensets(st.sampled_from(["de", "pl"]))))
def test_a_rule_is_read_back_as_it_was_written(rule: Rule) -> None:
    assert Rule.parse(str(rule)) == rule


@given(st.text(alphabet="abcäößАбв -.'", min_size=1, max_size=20))
def test_forms_are_folded_and_not_empty(name: str) -> None:
    for form in forms(name, "ORG", LANGUAGES):
        assert form
        assert fold(form) == form
        assert form.strip() == form


def test_an_entry_has_name_and_aliases() -> None:
    assert {"acme corp", "acme", "acm"} <= names_of("acme", gazetteer(ACME))


def test_a_form_that_the_base_has_stands_for_the_new_entity() -> None:
    known = gazetteer(GazetteerEntry("mine", "ORG", "Acme"), base=gazetteer(ACME))
    assert "acme" in names_of("mine", known)
    assert "acme" not in names_of("acme", known)
    assert "acme corp" in names_of("acme", known)
    assert len(set(known.patterns)) == len(known.patterns)


def test_an_entry_with_a_known_id_adds_names_and_renames() -> None:
    known = gazetteer(GazetteerEntry("acme", "ORG", "Acme AG", ("Akme",)), base=gazetteer(ACME, GazetteerEntry("z", "LOC", "Zett")))
    assert {"acme ag", "akme", "acme corp"} <= names_of("acme", known)
    assert [entity.name for entity in known.entities if entity.id == "acme"] == ["Acme AG"]


def test_an_entry_limited_to_languages_has_no_forms_of_others() -> None:
    known = gazetteer(GazetteerEntry("x", "PER", "Jon Doe", languages=frozenset({"en"})))
    assert {known.rules[number].only for number in known.rule_of} == {frozenset({"en"})}
    assert "jon does" not in known.patterns


def test_a_suppressed_id_loses_all_its_names() -> None:
    known = gazetteer(ACME, GazetteerEntry("z", "LOC", "Zett"), suppressed=("acme", "Q64"))
    assert set(known.patterns) == {"zett", "zetts"}
    assert known.suppressed_ids == {"acme", "Q64"}


def test_a_suppressed_name_is_taken_from_whoever_has_it() -> None:
    known = gazetteer(ACME, suppressed=("Acme",))
    assert "acme" not in known.patterns
    assert "acmes" not in known.patterns
    assert "acme corp" in known.patterns
    assert "acme" in known.suppressed_names


def test_nothing_given_gives_nothing() -> None:
    assert not gazetteer().patterns
