"""The parts of ops/train that need no data. What fits the weights needs scipy, which the product does without."""

from itertools import pairwise, product

import numpy as np
import pytest
from ops.train.data import LABELS, Name, example_of, in_other_case, joined

ALL = frozenset({"PER", "LOC", "ORG", "MISC"})


def test_tokens_are_joined_as_the_scorer_joins_them() -> None:
    text, names = joined([("(", "O"), ("Jana", "B-PER"), ("Muster", "I-PER"), (")", "O"), ("lebt", "O"), ("?", "-"), (".", "O")])
    assert text == "(Jana Muster) lebt?."
    assert names == (Name(1, 12, "PER"), Name(18, 19, "?"))


def test_labels_tell_where_in_a_name_a_word_is() -> None:
    text = "Jana von Muster in Köln"
    example = example_of("test", text, [Name(0, 15, "PER"), Name(19, 23, "LOC")], "de", ALL)
    assert example.labels == ("B-PER", "I-PER", "E-PER", "O", "S-LOC")
    assert set(example.labels) <= set(LABELS["de"])


def test_headline_case_keeps_the_names() -> None:
    example = example_of("test", "gestern sprach Jana Muster lange", [Name(15, 26, "PER")], "de", ALL)
    changed = in_other_case([example] * 20, 1.0, "de")
    assert {other.text for other in changed} == {"GESTERN SPRACH JANA MUSTER LANGE", "Gestern Sprach Jana Muster Lange"}
    assert all(other.labels == example.labels for other in changed)


def test_sums_over_all_paths_are_those_of_trying_them_all() -> None:
    crf = pytest.importorskip("ops.train.crf", reason="needs scipy", exc_type=ImportError)
    chooser = np.random.default_rng(1)
    scores = chooser.normal(size=(2, 3, 3)).astype(np.float32)
    start, moves = chooser.normal(size=3).astype(np.float32), chooser.normal(size=(3, 3)).astype(np.float32)
    inside = np.array([[True, True, True], [True, True, False]])
    result = crf.expected(scores, inside, start, moves)
    labels, pairs, total = np.zeros_like(scores), np.zeros_like(moves), 0.0
    for number, length in enumerate((3, 2)):
        weights = {}
        for path in product(range(3), repeat=length):
            steps = sum(moves[before, after] for before, after in pairwise(path))
            weights[path] = np.exp(start[path[0]] + steps + sum(scores[number, at, label] for at, label in enumerate(path)))
        whole = sum(weights.values())
        total += np.log(whole)
        for path, weight in weights.items():
            for at, label in enumerate(path):
                labels[number, at, label] += weight / whole
            for before, after in pairwise(path):
                pairs[before, after] += weight / whole
    assert result.total == pytest.approx(total, rel=1e-5)
    np.testing.assert_allclose(result.labels, labels, atol=1e-5)
    np.testing.assert_allclose(result.moves, pairs, atol=1e-5)
