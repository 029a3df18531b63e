"""Names from a trained model: here one that knows a few words by heart."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.languages import LANGUAGES

from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.adapters.ner.crf import FORMAT, Meta, NameModel, Places, best_paths, legal_moves
from wirewatch.adapters.ner.features import mixed, normal, shape, templates
from wirewatch.adapters.ner.recogniser import TrainedRecogniser, known_tags
from wirewatch.adapters.ner.slots import Lexicon, Sentence, SlotTable
from wirewatch.adapters.ner.tokens import sentence_starts, tokenised
from wirewatch.core.entities.gazetteer import EMPTY
from wirewatch.core.entities.tagger import EntityTagger
from wirewatch.core.errors import DataFileError
from wirewatch.core.text.document import Document

LABELS = ("O", *(f"{place}-{kind}" for kind in ("PER", "LOC") for place in "BIES"))
BY_HEART = {"Jana": "B-PER", "von": "I-PER", "Beispiel": "E-PER", "Musterstadt": "S-LOC"}


def model_of(words: Mapping[str, str], *, by: str = "exact[0]", version: str = "1") -> NameModel:
    """A model that gives each word its label, by one template."""
    template = [str(template) for template in templates()].index(by)
    table = SlotTable(Lexicon.empty())
    keys = [int(mixed(*table.of([Sentence([word], [""])]), [template])[0, 0]) for word in words]
    order = np.argsort(keys)
    weights = np.zeros((len(words) + 1, len(LABELS)), np.int8)
    for row, number in enumerate(order):
        weights[row, LABELS.index(list(words.values())[number])] = 9
    meta = Meta(FORMAT, "de", version, LABELS, (template,))
    return NameModel(
        meta, np.sort(np.array(keys, np.uint32)), weights, np.ones(len(LABELS), np.float32), *legal_moves(LABELS), Lexicon.empty()
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "de"
    folder.mkdir()
    model_of(BY_HEART).save(folder / "model.npz")
    return folder / "model.npz"


def test_names_are_found_at_their_places_in_a_long_text(file: Path) -> None:
    text = "\n\n".join(["Erster Satz. 😀 Jana von Beispiel sprach!", "ein Wort " * 2000, "In Musterstadt. " * 900, "Ende: Jana Beispiel"])
    found = TrainedRecogniser(file).recognise(text, "de")
    assert {(text[start:end], kind) for start, end, kind in found} == {
        ("Jana von Beispiel", "PER"),
        ("Musterstadt", "LOC"),
        ("Jana Beispiel", "PER"),
    }
    assert len(found) == 902
    assert found == sorted(found)


@pytest.mark.parametrize("text", ["", "\n \n", "\u200b"])
def test_a_text_without_words_has_no_names(file: Path, text: str) -> None:
    assert TrainedRecogniser(file).recognise(text, "de") == []


@given(text=st.text(alphabet=st.sampled_from("Jana von Beispiel.\n-'’(1.„“é\u0301 "), max_size=80))
def test_any_text_gives_spans_in_order_that_do_not_overlap(file: Path, text: str) -> None:
    ends = 0
    for start, end, _ in TrainedRecogniser(file).recognise(text, "de"):
        assert ends <= start < end <= len(text)
        ends = end


def test_a_model_survives_its_file(file: Path) -> None:
    sentence = Sentence(["Frau", "Jana", "Beispiel"], ["", "", ""])
    loaded = NameModel.load(file)
    assert loaded.label([sentence], SlotTable(loaded.lexicon)) == [["O", "B-PER", "E-PER"]]
    assert loaded.meta == model_of(BY_HEART).meta


def test_the_version_is_that_of_the_file(tmp_path: Path) -> None:
    model_of({"Jana": "S-PER"}, version="0a1b").save(tmp_path / "model.npz")
    assert TrainedRecogniser(tmp_path / "model.npz").version == "de-0a1b"


def test_a_file_that_is_missing_or_none_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="can't be read"):
        TrainedRecogniser(tmp_path / "model.npz")
    (tmp_path / "model.npz").write_bytes(b"PK no model")
    with pytest.raises(DataFileError, match="not a model"):
        TrainedRecogniser(tmp_path / "model.npz")
    changed = replace(model_of(BY_HEART), meta=Meta(FORMAT + 1, "de", "1", LABELS, (0,)))
    changed.save(tmp_path / "model.npz")
    with pytest.raises(DataFileError, match="another version"):
        TrainedRecogniser(tmp_path / "model.npz")


def test_what_the_gazetteer_knows_is_a_feature() -> None:
    model = model_of({"Jana": "S-PER"}, by="known[0]")
    table = SlotTable(model.lexicon)
    template = [str(template) for template in templates()].index("known[0]")
    with_name = mixed(*table.of([Sentence(["Jana"], ["B-PER"])]), [template])
    assert with_name != mixed(*table.of([Sentence(["Jana"], [""])]), [template])


def test_tags_of_known_names_cover_the_words_they_touch() -> None:
    text = "Der EU-Gipfel in New York"
    assert known_tags(tokenised(text, "de"), [(4, 6, "ORG"), (17, 25, "LOC")]) == ["", "B-ORG", "", "B-LOC", "I-LOC"]


def test_it_serves_the_tagger(file: Path) -> None:
    tagger = EntityTagger(EMPTY, AutomatonMatcher, LANGUAGES, {"de": TrainedRecogniser(file)})
    document = Document.of(title="Jana von Beispiel", body="Beispiel in Musterstadt", language="de")
    assert [(entity.id, len(entity.mentions)) for entity in tagger.tag(document)] == [
        ("name:PER:jana-von-beispiel", 2),
        ("name:LOC:musterstadt", 1),
    ]


@given(seed=st.integers(0, 1000), length=st.integers(1, 4))
def test_the_best_path_is_the_best_of_all(seed: int, length: int) -> None:
    chooser = np.random.default_rng(seed)
    scores, start, moves = (chooser.normal(size=shape).astype(np.float32) for shape in ((length, 3), (3,), (3, 3)))

    def value(path: tuple[int, ...]) -> float:
        steps = sum(float(moves[before, after]) for before, after in pairwise(path))
        return float(start[path[0]]) + steps + sum(float(scores[at, label]) for at, label in enumerate(path))

    (path,) = best_paths(scores, [length], start, moves)
    assert value(tuple(path)) == pytest.approx(max(map(value, product(range(3), repeat=length))))


@given(keys=st.sets(st.integers(1, 2**32 - 1) | st.integers(5000, 5020), min_size=1, max_size=60), others=st.lists(st.integers(0, 5030)))
def test_a_feature_is_found_where_it_stands_and_no_other_is(keys: set[int], others: list[int]) -> None:
    ordered = sorted(keys)
    wanted = np.array([*ordered, *others], dtype=np.uint32)[None, :]
    places = dict(zip(ordered, range(len(ordered)), strict=True))
    expected = [places.get(int(key), len(ordered)) for key in wanted[0]]
    assert Places(np.array(ordered, dtype=np.uint32)).of(wanted).tolist() == [expected]


def test_no_name_goes_on_in_another_type() -> None:
    start, moves = legal_moves(LABELS)
    allowed = {(LABELS[row], LABELS[column]) for row, column in np.argwhere(moves == 0)}
    assert {("B-PER", "E-PER"), ("E-PER", "B-LOC"), ("O", "S-LOC"), ("S-LOC", "O")} <= allowed
    assert not {("B-PER", "E-LOC"), ("O", "I-PER"), ("B-PER", "O"), ("S-PER", "E-PER")} & allowed
    assert start[LABELS.index("I-PER")] < -1000


@pytest.mark.parametrize(
    ("text", "language", "words"),
    [
        ("Dr. Merkel (CDU) in den U.S.A.", "de", ["Dr.", "Merkel", "(", "CDU", ")", "in", "den", "U.S.A."]),
        ("Die EU-Kommission, AT&T und O'Neill.", "de", ["Die", "EU-Kommission", ",", "AT&T", "und", "O'Neill", "."]),
        ("Obama's visit...", "en", ["Obama", "'s", "visit", "..."]),
        ("l'Union et d’Orsay", "fr", ["l'", "Union", "et", "d’", "Orsay"]),
        ("am 27.10. 3,5 Mio.", "de", ["am", "27.10", ".", "3,5", "Mio", "."]),
    ],
)
def test_words(text: str, language: str, words: list[str]) -> None:
    tokens = tokenised(text, language)
    assert [token.text for token in tokens] == words
    assert all(text[token.start : token.end] == token.text for token in tokens)


def test_sentences_begin_behind_stops_and_line_breaks_but_not_behind_ordinals() -> None:
    text = "Am 27. Oktober kam er. „Gut!“ Dann\nSchluss"
    tokens = tokenised(text, "de")
    assert [tokens[start].text for start in sentence_starts(text, tokens)] == ["Am", "„", "Dann", "Schluss"]


def test_shapes_and_digits() -> None:
    assert shape("EU-Gipfel 2") == "XX-Xxxxxx 0"
    assert normal("A380") == "A000"


def test_each_template_has_a_name_of_its_own_but_for_those_of_a_bag() -> None:
    names = [str(template) for template in templates() if not template.bag]
    assert len(names) == len(set(names))
