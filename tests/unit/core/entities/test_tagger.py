from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pytest
from tests.support.languages import LANGUAGES

from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.adapters.files.gazetteer import load_gazetteer
from wirewatch.core.article import Entity, EntityType
from wirewatch.core.entities.gazetteer import EMPTY, Gazetteer, GazetteerEntry, Rule, extended
from wirewatch.core.entities.tagger import EntityTagger
from wirewatch.core.text.document import Document
from wirewatch.core.text.spans import TypedSpan

ENTRIES = (
    GazetteerEntry("Q1", "PER", "Wladimir Putin", ("Владимир Путин",)),
    GazetteerEntry("Q2", "PER", "Ursula von der Leyen"),
    GazetteerEntry("Q3", "LOC", "Iran"),
    GazetteerEntry("Q4", "ORG", "EU"),
    GazetteerEntry("Q5", "LOC", "USA", ("US", "U.S.")),
    GazetteerEntry("Q6", "ORG", "Bank of Iran"),
    GazetteerEntry("Q7", "PER", "Theresa May"),
    GazetteerEntry("Q8", "PER", "Joe Biden"),
    GazetteerEntry("Q9", "PER", "Jill Biden"),
    GazetteerEntry("geonames:1", "LOC", "Essen"),
    GazetteerEntry("geonames:2", "LOC", "Jordan"),
    GazetteerEntry("Q10", "ORG", "Die Zeit"),
)


def gazetteer() -> Gazetteer:
    known = extended(EMPTY, ENTRIES, languages=LANGUAGES, version="test")
    rules = [*known.rules, Rule(common=True), Rule(exact=True, common=True)]
    changed = {"essen": len(known.rules), "die zeit": len(known.rules), "us": len(known.rules) + 1}
    return replace(
        known,
        rules=rules,
        rule_of=[changed.get(form, number) for form, number in zip(known.patterns, known.rule_of, strict=True)],
        given_names=frozenset({"michael", "hunter"}),
        words={"us": frozenset({"en"}), "die zeit": frozenset({"de"})},
        nouns={"essen": frozenset({"de"}), "may": frozenset({"en"})},
    )


@dataclass(frozen=True)
class Recogniser:
    """Finds the given phrases, all of one type."""

    phrases: Sequence[str]
    kind: EntityType = "PER"
    language: str = "de"

    def recognise(self, text: str, language: str, known: Sequence[TypedSpan] = ()) -> Sequence[TypedSpan]:  # noqa: ARG002 - the port's signature
        assert language == self.language
        return [(text.index(phrase), text.index(phrase) + len(phrase), self.kind) for phrase in self.phrases if phrase in text]


def tag(body: str, *, title: str = "", language: str = "de", recogniser: Recogniser | None = None) -> tuple[Entity, ...]:
    tagger = EntityTagger(gazetteer(), AutomatonMatcher, LANGUAGES, {recogniser.language: recogniser} if recogniser else {})
    document = Document.of(title=title, body=body, language=language)
    entities = tagger.tag(document)
    texts = {field.name: field.text for field in document.fields}
    for entity in entities:
        for mention in entity.mentions:
            assert texts[mention.field][mention.start : mention.end] == mention.text
    return entities


def found(body: str, *, title: str = "", language: str = "de", recogniser: Recogniser | None = None) -> list[tuple[str, str]]:
    entities = tag(body, title=title, language=language, recogniser=recogniser)
    return [(entity.id, mention.text) for entity in entities for mention in entity.mentions]


def test_all_mentions_of_an_entity_are_one() -> None:
    (entity,) = tag("Iran. Der Iran und Irans Atomprogramm", title="IRAN")
    assert (entity.id, entity.name, entity.type, entity.origin) == ("Q3", "Iran", "LOC", "gazetteer")
    assert [(m.field, m.start, m.end) for m in entity.mentions] == [("title", 0, 4), ("body", 0, 4), ("body", 10, 14), ("body", 19, 24)]


def test_entities_are_in_the_order_of_their_first_mention() -> None:
    assert [entity.id for entity in tag("Die EU und Iran", title="Wladimir Putin")] == ["Q1", "Q4", "Q3"]


def test_only_whole_words_count() -> None:
    assert found("Iranische, TransIran, iranisch, EUR") == []


def test_punctuation_and_hyphens_are_no_part_of_a_name() -> None:
    assert found("(Iran)-Abkommen, Wladimir-Putin.") == [("Q3", "Iran"), ("Q1", "Wladimir-Putin")]


def test_the_longest_name_wins() -> None:
    assert found("Bank of Iran") == [("Q6", "Bank of Iran")]


def test_a_small_initial_is_no_name() -> None:
    assert found("iran, wladimir putin") == []


def test_names_next_to_each_other_are_both_found() -> None:
    assert [entity for entity, _ in found("Iran Iran EU")] == ["Q3", "Q3", "Q4"]


def test_genitives_count_in_german_only() -> None:
    assert found("Irans", language="de") == [("Q3", "Irans")]
    assert found("Irans", language="en") == []


def test_the_dot_of_an_abbreviation_belongs_to_it() -> None:
    assert found("the U.S. and the U.S.", language="en") == [("Q5", "U.S."), ("Q5", "U.S.")]


@pytest.mark.parametrize("text", ["they told us", "Us", "TELL US WHY", "told: GIVE US MONEY", "US$ 5"])
def test_acronyms_that_are_words_need_capitals_among_small_letters(text: str) -> None:
    assert found(text, language="en") == []


def test_acronyms_in_capitals_count() -> None:
    assert found("The US says, and US-led", language="en") == [("Q5", "US"), ("Q5", "US")]


@pytest.mark.parametrize(
    ("text", "language", "ids"),
    [
        ("Das Essen ist gut", "de", []),
        ("Er wohnt in Essen", "de", ["geonames:1"]),
        ("The mayor of Essen", "en", ["geonames:1"]),
        ("Die Zeit drängt", "de", []),
        ("die zeit drängt, wie die Zeit", "de", []),
        ("wie Die Zeit schreibt", "de", ["Q10"]),
    ],
)
def test_common_words_need_surroundings_of_a_name(text: str, language: str, ids: list[str]) -> None:
    assert [entity for entity, _ in found(text, language=language)] == ids


def test_a_place_behind_a_given_name_is_a_person_here_and_later() -> None:
    assert found("Michael Jordan spielte. Jordan gewann.") == []
    assert found("Michael Wolf reiste nach Jordan") == [("geonames:2", "Jordan")]


def test_a_surname_stands_for_the_full_name_in_the_same_article() -> None:
    assert found("Wladimir Putin kam. Putin sprach, Putins Sprecher nicht.", title="Putin kommt") == [
        ("Q1", "Putin"),
        ("Q1", "Wladimir Putin"),
        ("Q1", "Putin"),
        ("Q1", "Putins"),
    ]
    assert found("Putin sprach.") == []


def test_a_surname_is_joined_in_its_case_forms() -> None:
    assert found("Владимир Путин прибыл. О Путине говорили.", language="ru") == [("Q1", "Владимир Путин"), ("Q1", "Путине")]


def test_a_surname_takes_its_particles_along() -> None:
    assert found("Ursula von der Leyen kam. Frau von der Leyen sprach.")[1] == ("Q2", "von der Leyen")


def test_a_surname_goes_to_the_last_who_was_named_with_it() -> None:
    text = "Joe Biden sprach. Biden ging. Jill Biden kam. Biden lachte. Hunter Biden nicht."
    assert sorted(found(text)) == [("Q8", "Biden"), ("Q8", "Joe Biden"), ("Q9", "Biden"), ("Q9", "Jill Biden")]


def test_a_surname_that_is_a_common_word_needs_a_title() -> None:
    assert found("Theresa May left in May. May was cold. Mrs May was not.", language="en") == [("Q7", "Theresa May"), ("Q7", "May")]


def test_a_model_adds_names() -> None:
    entities = tag("Jana Beispiel kam. Beispiel sprach mit Iran.", recogniser=Recogniser(["Jana Beispiel"]))
    assert [(e.id, e.name, e.origin, len(e.mentions)) for e in entities] == [
        ("name:PER:jana-beispiel", "Jana Beispiel", "model", 2),
        ("Q3", "Iran", "gazetteer", 1),
    ]


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("Präsident Wladimir Putin", "Präsident Wladimir Putin", [("Q1", "Wladimir Putin")]),
        ("Kremlchef Jana Beispiel", "Kremlchef Jana Beispiel", [("name:PER:jana-beispiel", "Jana Beispiel")]),
        ("Wladimir", "Wladimir Putin", [("Q1", "Wladimir Putin")]),
        ("„Jana Beispiel“", "„Jana Beispiel“", [("name:PER:jana-beispiel", "Jana Beispiel")]),
        ("...", "Ja...", []),
    ],
)
def test_a_models_span_is_set_right(phrase: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text, recogniser=Recogniser([phrase])) == expected


def test_the_longer_span_of_a_model_wins() -> None:
    recogniser = Recogniser(["Universität Iran"], "ORG")
    assert found("Die Universität Iran", recogniser=recogniser) == [("name:ORG:universitat-iran", "Universität Iran")]


def test_the_gazetteer_names_what_a_model_found() -> None:
    assert found("Das Essen", recogniser=Recogniser(["Essen"], "LOC")) == [("geonames:1", "Essen")]


def test_a_models_lone_surname_joins_its_person() -> None:
    text = "Wladimir Putin kam, Putin ging."
    assert found(text, recogniser=Recogniser(["Putin ging"[:5]])) == [("Q1", "Wladimir Putin"), ("Q1", "Putin")]


@pytest.mark.parametrize("line", ["name:PER:jana-beispiel", "Jana Beispiel"])
def test_what_is_suppressed_is_not_found_by_a_model_either(line: str) -> None:
    known = extended(EMPTY, ENTRIES, [line], languages=LANGUAGES, version="test")
    tagger = EntityTagger(known, AutomatonMatcher, LANGUAGES, {"de": Recogniser(["Jana Beispiel"])})
    assert tagger.tag(Document.of(title="", body="Jana Beispiel", language="de")) == ()


def test_explain_tells_what_was_not_taken_and_why() -> None:
    tagger = EntityTagger(gazetteer(), AutomatonMatcher, LANGUAGES)
    document = Document.of(title="", body="Das Essen in Essen, iran.", language="de")
    explanation = tagger.explain(document)
    assert explanation.entities == tagger.tag(document)
    assert [(drop["text"], drop["what"]) for drop in explanation.dropped] == [("Essen", "geonames:1"), ("iran", "Q3")]
    assert all(drop["reason"] for drop in explanation.dropped)


def test_a_document_without_text_has_no_entities() -> None:
    assert EntityTagger(EMPTY, AutomatonMatcher, LANGUAGES).tag(Document.of(title="", body="", language="und")) == ()


# What ships: whole path, real names.


@pytest.fixture(scope="module")
def shipped() -> Iterator[EntityTagger]:
    yield EntityTagger(load_gazetteer(languages=LANGUAGES), AutomatonMatcher, LANGUAGES)  # noqa: PT022 - given back to the collector with the module


@pytest.mark.parametrize(
    ("text", "language", "ids"),
    [
        ("Kim Jong-un, Kim Jong Un, Kim Jong-eun", "de", {"Q56226"}),
        ("Ким Чен Ын и Ким Чен Ына", "ru", {"Q56226"}),
        ("Tokio, Tokyo", "de", {"Q1490"}),
        ("в Токио", "ru", {"Q1490"}),
        ("Selenskyj, Selenski, Zelensky, Zelenskyy, Zelenskiy, Zelenski", "en", {"Q3874799"}),
        ("NATO, Nato, OTAN", "en", {"Q7184"}),
        ("с Владимиром Путиным о России", "ru", {"Q7747", "Q159"}),
        ("Władimira Putina w Warszawie", "pl", {"Q7747", "Q270"}),
        ("die Europäischen Union, den Vereinten Nationen, des Bundestages", "de", {"Q458", "Q1065", "Q154797"}),
        ("Rosneft und Rheinmetall", "de", {"Q1141123", "ww:rheinmetall"}),
        ("Côte d’Ivoire, l’Iran", "fr", {"Q1008", "Q794"}),
        ("Krim, Donbass, Atomwaffensperrvertrag, Leopard 2", "de", {"Q7835", "ww:donbas", "ww:npt", "ww:leopard-2"}),
        ("بوتين في روسيا", "ar", {"Q7747", "Q159"}),
        ("President Trump met Mr. Macron in Washington, D.C.", "en", {"Q22686", "Q3052772", "Q61"}),
    ],
)
def test_shipped_names_are_found(shipped: EntityTagger, text: str, language: str, ids: set[str]) -> None:
    assert {entity.id for entity in shipped.tag(Document.of(title="", body=text, language=language))} == ids


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Im März war das Essen gut, sagte man. Die Länder und die Welt.", "de"),
        ("Reading this is nice. It may split us. Who is it? Mobile phones bath.", "en"),
        ("Michael Jordan and Jack London, Charlotte Miller", "en"),
        ("Das Kind mit dem Bade ausschütten, der Russe, die Löwen, ein Zug", "de"),
        ("Nada, tarde, vista, un uno", "es"),
        ("С одной стороны, того и самое", "ru"),
    ],
)
def test_common_words_and_persons_are_no_places(shipped: EntityTagger, text: str, language: str) -> None:
    assert shipped.tag(Document.of(title="", body=text, language=language)) == ()


def test_a_models_person_may_end_in_an_initial() -> None:
    entities = tag("Gestern sprach Jana B. lange.", recogniser=Recogniser(["Jana B."]))
    assert [mention.text for entity in entities for mention in entity.mentions] == ["Jana B."]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Der EU-Gipfel", True),
        ("Anti-EU", True),
        ("EU-weit", True),
        ("Die EU - ein Bund", False),
        ("EU- und Nato-Staaten", False),
        ("-EU", False),
    ],
)
def test_a_part_of_a_word_counts_and_is_told_from_a_name(text: str, part: bool) -> None:  # noqa: FBT001
    for recogniser in (None, Recogniser([])):
        (entity,) = tag(text, recogniser=recogniser)
        assert (entity.id, [mention.part for mention in entity.mentions]) == ("Q4", [part])


def test_a_model_names_the_whole_word() -> None:
    assert found("Die EU-Kommission", recogniser=Recogniser(["EU-Kommission"], "ORG")) == [("name:ORG:eu-kommission", "EU-Kommission")]


def test_an_article_before_a_known_name_does_not_make_another_of_it() -> None:
    assert found("Then the EU met", language="en", recogniser=Recogniser(["the EU"], "ORG", "en")) == [("Q4", "EU")]
    assert found("Die Bank of Iran", recogniser=Recogniser(["Die Bank of Iran"], "LOC")) == [("Q6", "Bank of Iran")]


def test_a_surname_of_two_words_is_the_persons_it_belongs_to() -> None:
    recogniser = Recogniser(["Jana Muster Beispiel", "Muster Beispiel"])
    assert [entity.id for entity in tag("Jana Muster Beispiel kam.", title="Muster Beispiel kommt", recogniser=recogniser)] == [
        "name:PER:jana-muster-beispiel"
    ]


def test_a_models_person_is_the_same_in_the_genitive() -> None:
    recogniser = Recogniser(["Jana Muster", "Jana Musters"])
    assert found("Jana Muster kam. Musters Rede.", title="Jana Musters Rede", recogniser=recogniser) == [
        ("name:PER:jana-muster", text) for text in ("Jana Musters", "Jana Muster", "Musters")
    ]


@pytest.mark.parametrize(("text", "name"), [("Essen kam später", "name:PER:jana-essen"), ("in Essen kam sie an", "geonames:1")])
def test_a_city_is_no_city_where_it_is_the_surname_of_somebody_a_model_found(text: str, name: str) -> None:
    places = extended(EMPTY, [GazetteerEntry("geonames:1", "LOC", "Essen")], languages=LANGUAGES, version="test")
    tagger = EntityTagger(places, AutomatonMatcher, LANGUAGES, {"de": Recogniser(["Jana Essen"])})
    last = tagger.tag(Document.of(title="Jana Essen spricht", body=f"Wie es heißt, {text}", language="de"))[-1]
    assert (last.id, last.mentions[-1].field) == (name, "body")


def test_a_known_name_in_quotation_marks_is_the_name() -> None:
    assert found("Das Haus „Bank of Iran“ schrieb", recogniser=Recogniser(["Haus „Bank of Iran“"], "ORG")) == [("Q6", "Bank of Iran")]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Dann sprach King Karl III. lange", "Karl III"),
        ("Dann sprach könig Karl III lange", "Karl III"),
        ("Dann sprach Papst Muster lange", "Muster"),
        ("Dann sprach papa romano Muster lange", "Muster"),
        ("Dann sprach Papa Beispiel lange", "Papa Beispiel"),
        ("Dann sprach bin Muster lange", "bin Muster"),
        ("Dann sprach Prinz bin Muster lange", "bin Muster"),
    ],
)
def test_a_title_is_no_part_of_a_known_name(text: str, name: str) -> None:
    names = ("King Karl III", "König Karl III", "Papst Muster", "Papa romano Muster", "Papa Beispiel", "bin Muster")
    tagger = EntityTagger(
        extended(EMPTY, [GazetteerEntry("Q1", "PER", "Karl III", names)], languages=LANGUAGES, version="test"), AutomatonMatcher, LANGUAGES
    )
    assert [m.text for entity in tagger.tag(Document.of(title="", body=text, language="de")) for m in entity.mentions] == [name]


def test_another_man_is_no_son_of_the_same_father() -> None:
    tagger = EntityTagger(
        extended(EMPTY, [GazetteerEntry("Q1", "PER", "bin Muster")], languages=LANGUAGES, version="test"), AutomatonMatcher, LANGUAGES
    )
    assert tagger.tag(Document.of(title="", body="then Abdul bin Muster spoke", language="en")) == ()


@pytest.mark.parametrize(
    ("language", "phrase", "kind", "expected"),
    [
        ("es", "Rat für Sicherheit en Iran", "ORG", [("name:ORG:rat-fur-sicherheit", "Rat für Sicherheit"), ("Q3", "Iran")]),
        ("de", "Rat für Sicherheit in Iran", "ORG", [("name:ORG:rat-fur-sicherheit-in-iran", "Rat für Sicherheit in Iran")]),
        ("es", "turnier en Iran", "MISC", [("Q3", "Iran")]),
        ("es", "Turnier en Iran", "MISC", [("name:MISC:turnier-en-iran", "Turnier en Iran")]),
        ("de", "straße des Iran", "LOC", [("name:LOC:straße-des-iran", "straße des Iran")]),
        ("fr", "calle de Iran", "LOC", [("name:LOC:calle-de-iran", "calle de Iran")]),  # a street keeps its own language
        ("de", "quelle des Iran", "LOC", [("Q3", "Iran")]),
        ("de", "Путь Iran", "ORG", [("Q3", "Iran")]),
        ("de", "1996 Iran", "ORG", [("name:ORG:1996-iran", "1996 Iran")]),
        ("de", "Rat des Iran", "ORG", [("name:ORG:rat-des-iran", "Rat des Iran")]),
        ("de", "rat des Iran", "ORG", [("name:ORG:rat-des-iran", "rat des Iran")]),
    ],
)
def test_a_known_place_at_the_end_of_a_models_span(language: str, phrase: str, kind: EntityType, expected: list[tuple[str, str]]) -> None:
    assert found(f"Heute hat {phrase} gesprochen", language=language, recogniser=Recogniser([phrase], kind, language)) == expected


def test_a_surname_with_a_hyphen_is_whole() -> None:
    recogniser = Recogniser(["Jana Muster-Beispiel"])
    assert [text for _, text in found("Jana Muster-Beispiel kam. Das Dorf Beispiel, dann Muster-Beispiel.", recogniser=recogniser)] == [
        "Jana Muster-Beispiel",
        "Muster-Beispiel",
    ]


def test_a_place_that_somebody_is_named_after_is_no_surname() -> None:
    names = extended(EMPTY, [GazetteerEntry("Q1", "PER", "Anne de Muster")], languages=LANGUAGES, version="test")
    document = Document.of(title="", body="Anne de Muster aime la Muster. Muster arrive", language="fr")
    (person,) = EntityTagger(names, AutomatonMatcher, LANGUAGES).tag(document)
    assert [mention.start for mention in person.mentions] == [0, 31]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("ESSEN - Der Konzern", [("geonames:1", "ESSEN")]),
        ("Essen (ABC) - Der Konzern", [("geonames:1", "Essen")]),
        ("MUSTERSTADT (ABC) - Der Konzern", [("name:LOC:musterstadt", "MUSTERSTADT")]),
        ("MUSTERSTADT - Der Konzern", []),
    ],
)
def test_a_report_comes_from_a_place(body: str, expected: list[tuple[str, str]]) -> None:
    assert found(body, recogniser=Recogniser([])) == expected
