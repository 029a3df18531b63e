from pathlib import Path

import pytest
import spacy
from tests.support.languages import LANGUAGES

from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.adapters.ner.spacy_pipeline import SpacyRecogniser
from wirewatch.core.entities.gazetteer import EMPTY
from wirewatch.core.entities.tagger import EntityTagger
from wirewatch.core.errors import SettingsError
from wirewatch.core.text.document import Document

PATTERNS = [
    {"label": "PERSON", "pattern": "Jana Beispiel"},
    {"label": "GPE", "pattern": "Musterstadt"},
    {"label": "orgName", "pattern": "Muster AG"},
    {"label": "EVENT", "pattern": "Musterfest"},
    {"label": "DATE", "pattern": "Montag"},
]


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    nlp = spacy.blank("de")
    nlp.add_pipe("entity_ruler").add_patterns(PATTERNS)  # type: ignore[attr-defined]  # a component's type isn't known
    folder = tmp_path_factory.mktemp("pipeline") / "names"
    nlp.to_disk(folder)
    return folder


def test_labels_become_our_types_and_others_are_left_out(pipeline: Path) -> None:
    text = "Jana Beispiel war am Montag in Musterstadt bei der Muster AG zum Musterfest."
    found = SpacyRecogniser(str(pipeline)).recognise(text, "de")
    assert [(text[start:end], kind) for start, end, kind in found] == [
        ("Jana Beispiel", "PER"),
        ("Musterstadt", "LOC"),
        ("Muster AG", "ORG"),
        ("Musterfest", "MISC"),
    ]


def test_offsets_hold_in_a_long_text(pipeline: Path) -> None:
    text = "\n\n".join(["Erster Satz. 😀 Jana Beispiel sprach!", "x" * 3000, "In Musterstadt " * 200, "Ende: Jana Beispiel"])
    found = SpacyRecogniser(str(pipeline)).recognise(text, "de")
    assert len(found) == 202
    assert {text[start:end] for start, end, _ in found} == {"Jana Beispiel", "Musterstadt"}


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_a_text_without_words_has_no_names(pipeline: Path, text: str) -> None:
    assert SpacyRecogniser(str(pipeline)).recognise(text, "de") == []


def test_the_version_names_the_pipeline(pipeline: Path) -> None:
    assert SpacyRecogniser(str(pipeline)).version.startswith("de_pipeline-")


@pytest.mark.parametrize("name", ["de_core_news_none", "no such/folder", "", "json"])
def test_a_pipeline_that_is_not_there_is_told_at_once(name: str) -> None:
    with pytest.raises(SettingsError, match="spacy_pipelines"):
        SpacyRecogniser(name)


def test_a_pipeline_without_names_is_told(tmp_path: Path) -> None:
    spacy.blank("de").to_disk(tmp_path / "blank")
    with pytest.raises(SettingsError, match="no component ner"):
        SpacyRecogniser(str(tmp_path / "blank")).recognise("Text", "de")


def test_a_damaged_pipeline_is_told(tmp_path: Path) -> None:
    (tmp_path / "meta.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SettingsError, match="can't be loaded"):
        SpacyRecogniser(str(tmp_path)).recognise("Text", "de")


def test_it_serves_the_tagger(pipeline: Path) -> None:
    tagger = EntityTagger(EMPTY, AutomatonMatcher, LANGUAGES, {"de": SpacyRecogniser(str(pipeline))})
    document = Document.of(title="Jana Beispiel", body="Beispiel in Musterstadt", language="de")
    assert [(e.id, len(e.mentions)) for e in tagger.tag(document)] == [("name:PER:jana-beispiel", 2), ("name:LOC:musterstadt", 1)]
