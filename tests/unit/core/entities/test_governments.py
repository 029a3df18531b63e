"""Adjectives of states stand for the state where its government is meant."""

from pathlib import Path

import pytest
from ops.gazetteer.adjectives import adjectives
from tests.support.languages import LANGUAGES

from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.adapters.files.gazetteer import load_gazetteer
from wirewatch.core.entities.governments import names_government
from wirewatch.core.entities.tagger import EntityTagger
from wirewatch.core.text.document import Document

TAGGER = EntityTagger(load_gazetteer(languages=LANGUAGES), AutomatonMatcher, LANGUAGES)


def found(language: str, text: str) -> list[tuple[str, str, bool]]:
    entities = TAGGER.tag(Document.of(title="", body=text, language=language))
    return [(entity.id, mention.text, mention.part) for entity in entities for mention in entity.mentions]


@pytest.mark.parametrize(
    ("language", "text", "adjective", "state"),
    [
        ("de", "Die russische Regierung schwieg.", "russische", "Q159"),
        ("de", "Das deutsche und das französische Kabinett tagten.", "französische", "Q142"),
        ("en", "The Iranian government denied it.", "Iranian", "Q794"),
        ("en", "It was the South Korean sports ministry.", "South Korean", "Q884"),
        ("fr", "Le gouvernement chinois se tait.", "chinois", "Q148"),
        ("fr", "Le ministère de la Culture polonais le confirme.", "polonais", "Q36"),
        ("es", "Las autoridades venezolanas callaron.", "venezolanas", "Q717"),
        ("pt", "O governo angolano e o governo brasileiro negociam.", "brasileiro", "Q155"),
        ("it", "Il governo tedesco ha risposto.", "tedesco", "Q183"),
        ("ru", "Об этом сообщило турецкое правительство.", "турецкое", "Q43"),
        ("uk", "Про це повідомив німецький уряд.", "німецький", "Q183"),
        ("pl", "Tak postanowił węgierski rząd.", "węgierski", "Q28"),
    ],
)
def test_the_adjective_beside_a_government_is_a_part(language: str, text: str, adjective: str, state: str) -> None:
    assert (state, adjective, True) in found(language, text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Die russische Sprache ist schwer, die Regierung auch."),
        ("de", "Russisches Roulette spielte die Regierung nicht."),
        ("en", "A Russian novel. The government read it."),
        ("en", "The French are on strike."),
        ("fr", "Le gouvernement aime, dit-on, le fromage chinois."),
        ("es", "El vino chileno gusta al gobierno."),
        ("ru", "Турецкий кофе крепкий."),
        ("tr", "Russian government"),
    ],
)
def test_elsewhere_it_is_nothing(language: str, text: str) -> None:
    assert not found(language, text)


def test_where_the_government_ends_the_sentence_or_the_text_does() -> None:
    field = Document.of(title="", body="chinois gouvernement", language="fr").fields[0]

    assert not names_government(field, 0, 7, LANGUAGES.of("fr"))
    assert not names_government(field, 8, 20, LANGUAGES.of("de"))


def test_in_a_language_whose_words_are_not_known_it_names_none() -> None:
    field = Document.of(title="", body="Russian government", language="tr").fields[0]

    assert names_government(field, 0, 7, LANGUAGES.of("en"))
    assert not names_government(field, 0, 7, LANGUAGES.of("tr"))


def test_forms_of_adjectives(tmp_path: Path) -> None:
    path = tmp_path / "adjectives.csv"
    path.write_text("id,de,en,fr,es,it,pl\nQ39,schweizerisch|Schweizer,Swiss,suisse,suizo,francese,szwajcarsk\n", encoding="utf-8")
    made: dict[str, set[str]] = {}
    for state, language, form in adjectives(path):
        assert state == "Q39"
        made.setdefault(language, set()).add(form)

    assert made == {
        "de": {"schweizer", *(f"schweizerisch{ending}" for ending in ("e", "en", "er", "em", "es"))},
        "en": {"swiss"},
        "fr": {"suisse", "suisses"},
        "es": {"suizo", "suiza", "suizos", "suizas"},
        "it": {"francese", "francesi"},
        "pl": {f"szwajcarsk{ending}" for ending in ("i", "iego", "iemu", "im", "a", "iej", "ie", "ich", "imi")},
    }


def test_a_language_without_endings_lists_all_forms(tmp_path: Path) -> None:
    path = tmp_path / "adjectives.csv"
    path.write_text("id,nl\nQ159,Russisch|Russische\n", encoding="utf-8")
    assert list(adjectives(path)) == [("Q159", "nl", "russisch"), ("Q159", "nl", "russische")]
