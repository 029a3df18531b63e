"""The topic rules that ship: what they find, and the traps they pass."""

from functools import cache
from pathlib import Path

import pytest

import wirewatch
from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.adapters.files.topics import load_topics
from wirewatch.core.text.document import Document
from wirewatch.core.topics.rules import TopicRule
from wirewatch.core.topics.tagger import TopicTagger

SHIPPED = Path(wirewatch.__file__).parent / "data" / "topics"
MAIN = {"sanctions", "arms", "summit"}
LANGUAGES = {"de", "en", "fr", "es", "pt", "it", "ru", "uk", "pl"}

# Files of sentences, one a line; their first line says what stands in it.
SENTENCES = Path(__file__).parents[2] / "topic_sentences"


def lines(name: str) -> list[str]:
    return [line for line in (SENTENCES / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")]


@cache
def rules() -> tuple[TopicRule, ...]:
    return load_topics((SHIPPED,))


@cache
def shipped() -> TopicTagger:
    return TopicTagger(rules(), AutomatonMatcher)


def all_tagged(text: str, language: str) -> set[str]:
    return {topic.id for topic in shipped().tag(Document.of(title="", body=text, language=language))}


def tagged(text: str, language: str) -> set[str]:
    return all_tagged(text, language) & MAIN


@pytest.mark.parametrize("line", lines("meant.txt"))
def test_finds_what_is_meant(line: str) -> None:
    language, letters, text = line.split(maxsplit=2)
    assert tagged(text, language) == {{"s": "sanctions", "a": "arms", "m": "summit"}[letter] for letter in letters}


@pytest.mark.parametrize("line", lines("other_sense.txt"))
def test_leaves_other_senses(line: str) -> None:
    language, text = line.split(maxsplit=1)
    assert tagged(text, language) == set()


@pytest.mark.parametrize("line", lines("other_topics.txt"))
def test_finds_the_other_topics(line: str) -> None:
    topic, language, text = line.split(maxsplit=2)
    assert topic in all_tagged(text, language)


@pytest.mark.parametrize("line", lines("other_topics_other_sense.txt"))
def test_leaves_other_senses_of_the_other_topics(line: str) -> None:
    topic, language, text = line.split(maxsplit=2)
    assert topic not in all_tagged(text, language)


# Nothing of what the topics are about, 500 characters and more.
LONG = {
    "de": "Im Rathaus ging es vier Stunden lang um die neue Turnhalle, um Kosten, Bäume und den Schulweg der Kinder aus dem Norden. ",
    "en": "The council spoke for four hours about the new sports hall, its costs, the trees and how children get there from the north. ",
    "es": "El ayuntamiento habló cuatro horas del nuevo pabellón, de los costes, de los árboles y del camino de los niños del norte. ",
    "ru": "В мэрии четыре часа говорили о новом спортзале, о расходах, о деревьях и о том, как дети с северной окраины ходят в школу. ",
}
PASSING = [
    ("de", "Ein Redner erwähnte die Sanktionen gegen Moskau, ein anderer die Panzer der Bundeswehr, einer den EU-Gipfel. "),
    ("en", "One speaker mentioned the sanctions on Moscow, another the tanks of the army, a third the EU summit. "),
    ("es", "Un orador mencionó las sanciones contra Moscú, otro los tanques del ejército, otro la cumbre de la OTAN. "),
    ("ru", "Один оратор упомянул санкции против Москвы, другой — танки армии, третий — саммит ЕС. "),
]


@pytest.mark.parametrize(("language", "mention"), PASSING)
def test_a_mention_in_passing_tags_a_short_text_and_no_long_one(language: str, mention: str) -> None:
    assert tagged(mention, language) == MAIN
    assert tagged(12 * LONG[language] + mention + 6 * LONG[language], language) == set()


def test_all_topics_are_there_in_all_languages() -> None:
    assert {rule.id for rule in rules()} >= MAIN | set(
        "diplomacy elections protest terrorism energy migration cyber nuclear trade war".split()
    )
    for rule in rules():
        assert set(rule.languages) >= LANGUAGES, rule.id
        assert set(rule.labels) >= LANGUAGES, rule.id
        assert rule.mediatopics, rule.id
        assert rule.eurovoc, rule.id
