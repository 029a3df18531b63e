"""Languages from files: what ships, what is wrong with a file, and a new language without any code."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from ops.generate import ROOT
from tests.support.languages import LANGUAGES

from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.adapters.files.languages import SHIPPED, load_languages
from wirewatch.core.article import Language
from wirewatch.core.entities.boundaries import narrowed, without_title
from wirewatch.core.entities.gazetteer import EMPTY, Gazetteer, GazetteerEntry, Rule, extended
from wirewatch.core.entities.retyping import corrected
from wirewatch.core.entities.tagger import EntityTagger
from wirewatch.core.errors import DataFileError
from wirewatch.core.ingest.language import language_of
from wirewatch.core.text.document import Document
from wirewatch.core.text.languages import LanguageData, Languages

# Invented words, so that no other language can be the one that answers.
TOY = """\
name: Toyish
function_words: [zor, mip, tal, wef, kün]
titles: [grolm]
place_prepositions: [nis]
place_cues: [lum]
conjunctions: [ob]
place_nouns: [dolp]
government_words: [regul*]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "de.yaml").write_bytes((SHIPPED / "de.yaml").read_bytes())
    (tmp_path / "xt.yaml").write_text(TOY, encoding="utf-8")
    return tmp_path


@pytest.fixture
def languages(folder: Path) -> Languages:
    return load_languages(folder)


def toy_gazetteer(languages: Languages) -> Gazetteer:
    entries = [GazetteerEntry("Q1", "PER", "Jana Muster"), GazetteerEntry("Q2", "LOC", "Essen")]
    known = extended(EMPTY, entries, languages=languages, version="test")
    rules = [*known.rules, Rule(common=True)]
    rule_of = [len(known.rules) if form == "essen" else number for form, number in zip(known.patterns, known.rule_of, strict=True)]
    nouns = {"essen": frozenset({"xt"}), "muster": frozenset({"xt"})}
    return Gazetteer("test", known.entities, known.patterns, known.owners, rules, rule_of, {}, frozenset(), {}, nouns)


def found(languages: Languages, text: str, language: str = "xt") -> list[str]:
    tagger = EntityTagger(toy_gazetteer(languages), AutomatonMatcher, languages)
    entities = tagger.tag(Document.of(title="", body=text, language=language))
    return [mention.text for entity in entities for mention in entity.mentions]


def test_the_function_words_of_a_new_language_bear_it_out(languages: Languages) -> None:
    text = "Aba zor mip aba tal wef aba kün aba " * 8
    for known, expected in ((languages, Language("xt", 1.0, "declared")), (LANGUAGES, Language("lb", 0.9, "detected"))):
        assert language_of("", text, declared="xt", identify=lambda _text: ("lb", 0.9), languages=known) == expected


def test_its_titles_make_a_common_word_a_surname(languages: Languages) -> None:
    assert found(languages, "Jana Muster aba. Aba grolm Muster aba.") == ["Jana Muster", "Muster"]
    assert found(languages, "Jana Muster aba. Aba Muster aba.") == ["Jana Muster"]
    assert without_title("grolm jana muster", 0, 17, languages.of("xt")) == 6
    assert without_title("grolm jana muster", 0, 17, languages.of("de")) == 0


@pytest.mark.parametrize(("text", "names"), [("Aba nis Essen", ["Essen"]), ("Aba lum Essen", ["Essen"]), ("Aba in Essen", [])])
def test_its_prepositions_make_a_common_word_a_place(languages: Languages, text: str, names: list[str]) -> None:
    assert found(languages, text) == names


def test_what_a_model_finds_is_corrected_with_its_words(languages: Languages) -> None:
    toy = languages.of("xt")
    (field,) = Document.of(title="", body="aba dolp Muster ob Essen nis Jana", language="xt").fields
    assert corrected(field, 9, 15, "PER", toy) == "LOC"
    assert corrected(field, 29, 33, "PER", toy) == "LOC"
    assert narrowed(field.text, (9, 24, "ORG"), toy, [(9, 15, "PER")]) == (19, 24, "ORG")


def test_its_titles_are_none_in_another_language_and_count_in_an_unknown_one(languages: Languages) -> None:
    assert not languages.of("de").is_title("grolm")
    assert languages.of("und").is_title("grolm")
    assert languages.of("cs").is_title("grolm")
    assert languages.of("cs").code == "cs"


def test_words_within_names_count_in_every_language() -> None:
    assert "museo" in LANGUAGES.of("en").organisation_nouns
    assert "rue" in LANGUAGES.of("de").street_nouns
    assert not LANGUAGES.of("de").is_title("rey")
    assert LANGUAGES.of("es").is_title("rey")


def test_each_file_that_ships_is_a_language() -> None:
    assert set(LANGUAGES.by_code) == {path.stem for path in SHIPPED.iterdir()}


def test_each_key_is_documented() -> None:
    described = re.findall(r"^\| `([a-z_]+)`", (ROOT / "docs" / "languages.md").read_text("utf-8"), re.MULTILINE)
    assert described == [field.name for field in fields(LanguageData) if field.name != "code"]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("titles: [", "tittles: ["), "3: 'tittles' is unknown; write one of name, "),
        (("titles: [grolm]", ""), "1: titles is missing; add it"),
        (("[grolm]", "grolm"), "3: titles: expected a list of words; write [one, two]"),
        (("[grolm]", "[[grolm]]"), "3: titles: expected a word; write one"),
        (("[grolm]", "[grolm,\n  Grölm]"), "4: titles: 'Grölm' is not in folded form; write 'grolm'"),
        (("[grolm]", "[grand grolm]"), "3: titles: 'grand grolm' is not one word; write each word on its own"),
        (("kün", "Kün"), "2: function_words: 'Kün' is not in small letters; write 'kün'"),
        (("[grolm]", "[grolm, grolm]"), "3: titles: 'grolm' is here twice; remove one"),
        (("titles:", "name: Again\ntitles:"), "3: name is here twice; keep one"),
        (("Toyish", "[Toyish]"), "1: name: expected a text; write one, or leave the key out"),
        (("Toyish", ""), "1: name: expected a text; write one, or leave the key out"),
        (
            ("[nis]", "[nis]\nprepositions_in_names: perhaps"),
            "5: prepositions_in_names: 'perhaps' is neither true nor false; write",
        ),
        (("[nis]", "[nis]\nstate_adjectives: beside"), "5: state_adjectives: 'beside' is none of before, after; write one of them"),
        (
            ("[nis]", "[nis]\ncase_forms: klingon"),
            "5: case_forms: 'klingon' is none of german, polish, russian, ukrainian; write",
        ),
        (("[grolm]", "[grolm"), "4: not valid YAML ("),
        ((TOY, ""), "1: it is empty; write a language or remove the file"),
        ((TOY, "- one\n"), "1: the language: expected `name: value` pairs; see docs/languages.md"),
    ],
)
def test_a_fault_is_reported_with_file_and_line(folder: Path, change: tuple[str, str], fault: str) -> None:
    path = folder / "xt.yaml"
    path.write_text(TOY.replace(*change), encoding="utf-8")
    with pytest.raises(DataFileError) as caught:
        load_languages(folder)
    assert f"{path}:{fault}" in str(caught.value)


def test_all_faults_of_all_files_are_reported(folder: Path) -> None:
    (folder / "klingon.yaml").write_text(TOY.replace("[grolm]", "[Grolm]"), encoding="utf-8")
    (folder / "xt.yaml").write_bytes(b"\xff")
    with pytest.raises(DataFileError) as caught:
        load_languages(folder)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{folder / 'klingon.yaml'}:1: 'klingon' is not a language code; name the file by ISO 639-1, such as de.yaml"
    assert [line.partition(":")[0] for line in lines] == [str(folder / "klingon.yaml")] * 2 + [str(folder / "xt.yaml")]


def test_a_folder_without_languages(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="no languages in this folder; install the package again"):
        load_languages(tmp_path)
