import pytest
from tests.support.languages import LANGUAGES

from wirewatch.core.article import EntityType
from wirewatch.core.entities.boundaries import narrowed, trimmed, without_title
from wirewatch.core.text.folding import fold


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
    assert text[without_title(fold(text), 0, len(text), LANGUAGES.of("de")) :] == name


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
    start, end, _ = narrowed(text, (0, len(text), kind), LANGUAGES.of("fr"))
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
    begin, end, _ = narrowed(text, (start, len(text), "LOC"), LANGUAGES.of("en"), [(0, 9, "LOC")])
    assert text[begin:end] == name


def test_a_known_name_and_another_are_two() -> None:
    assert narrowed("El País y La Nación", (0, 19, "ORG"), LANGUAGES.of("es"), [(0, 7, "ORG")]) == (10, 19, "ORG")
    assert narrowed("Tim y Tom", (0, 9, "ORG"), LANGUAGES.of("es"), [(2, 9, "ORG")]) == (0, 9, "ORG")
