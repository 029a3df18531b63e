import pytest
from tests.support.languages import LANGUAGES

from wirewatch.core.article import EntityType
from wirewatch.core.entities.retyping import clubs, corrected
from wirewatch.core.text.document import Document


@pytest.mark.parametrize(
    ("text", "name", "language", "found", "right"),
    [
        ("sur le mont Muster", "Muster", "fr", "PER", "LOC"),
        ("el embalse del Muster", "Muster", "es", "MISC", "LOC"),
        ("im Dorf Muster", "Muster", "de", "PER", "LOC"),
        ("a Village Muster", "Muster", "en", "PER", "PER"),  # in English a noun has a small initial
        ("the Port of Muster", "Muster", "en", "ORG", "ORG"),
        ("viajó desde Muster", "Muster", "es", "PER", "LOC"),
        ("confía en Jana Muster", "Jana Muster", "es", "PER", "PER"),
        ("con Muster", "Muster", "es", "PER", "PER"),
        ("el Museo Reina Muster", "Museo Reina Muster", "es", "PER", "ORG"),
        ("Muster Orchestra", "Muster Orchestra", "en", "PER", "ORG"),
        ("Muster", "Muster", "en", "PER", "PER"),
    ],
)
def test_the_words_beside_a_name_tell_its_type(text: str, name: str, language: str, found: EntityType, right: EntityType) -> None:
    (field,) = Document.of(title="", body=text, language=language).fields
    start = text.index(name)
    assert corrected(field, start, start + len(name), found, LANGUAGES.of(language)) == right


@pytest.mark.parametrize(
    ("text", "town", "club"),
    [
        ("le Real Madrid gagne", "Madrid", "Real Madrid"),
        ("gegen den 1. FC Köln", "Köln", "1. FC Köln"),
        ("at Manchester United in", "Manchester", "Manchester United"),
        ("le Paris Saint-Germain", "Paris", "Paris Saint-Germain"),
        ("die Stadt Köln", "Köln", None),
        ("Köln Unitedly", "Köln", None),
        ("unReal Madrid", "Madrid", None),
    ],
)
def test_a_club_is_no_town(text: str, town: str, club: str | None) -> None:
    (field,) = Document.of(title="", body=text, language="de").fields
    start = text.index(town)
    assert [text[start:end] for start, end, _ in clubs(field, [(start, start + len(town))])] == ([club] if club else [])
