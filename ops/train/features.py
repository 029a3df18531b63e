"""Turns sentences into arrays of feature numbers, with wirewatch's own code."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ops.train.crf import Chain, Ints
from ops.train.data import Example
from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.adapters.files.languages import load_languages
from wirewatch.adapters.ner.features import Hashes, mixed
from wirewatch.adapters.ner.recogniser import known_tags
from wirewatch.adapters.ner.slots import Lexicon, Sentence, SlotTable
from wirewatch.adapters.ner.tokens import Token
from wirewatch.core.entities.gazetteer import Gazetteer
from wirewatch.core.entities.tagger import EntityTagger
from wirewatch.core.text.document import Document
from wirewatch.core.text.spans import TypedSpan

_PORTION = 4000


class _Listener:
    """Takes the model's place, and keeps the names that the gazetteer passes to it."""

    def __init__(self) -> None:
        self.known: Sequence[TypedSpan] = ()

    def recognise(self, text: str, language: str, known: Sequence[TypedSpan] = ()) -> Sequence[TypedSpan]:  # noqa: ARG002 - the port's
        self.known = known
        return ()


def with_known(examples: Iterable[Example], gazetteer: Gazetteer, language: str) -> list[Example]:
    """Return the examples with the gazetteer's tags, as the model gets them in use."""
    listener = _Listener()
    tagger = EntityTagger(gazetteer, AutomatonMatcher, load_languages(), {language: listener})
    found = []
    for example in examples:
        listener.known = ()
        tagger.tag(Document.of(title="", body=example.text, language=language))
        tokens = [Token(word, start) for word, start in zip(example.words, example.starts, strict=True)]
        found.append(replace(example, known=tuple(known_tags(tokens, listener.known))))
    return found


def sentence(example: Example) -> Sentence:
    """Return an example as the model gets it."""
    return Sentence(example.words, example.known or ("",) * len(example.words), example.domain)


def feature_keys(examples: Sequence[Example], lexicon: Lexicon, chosen: Sequence[int]) -> Hashes:
    """Return the keys of the chosen templates (columns) for all words (rows)."""
    table = SlotTable(lexicon)
    portions = (examples[at : at + _PORTION] for at in range(0, len(examples), _PORTION))
    return np.concatenate([mixed(*table.of([sentence(example) for example in portion]), chosen) for portion in portions])


def frequent(keys: Hashes, least: int) -> Hashes:
    """Return the keys that occur at least ``least`` times, sorted."""
    ordered = np.sort(keys, axis=None)
    first = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    count = np.diff(np.concatenate([first, [len(ordered)]]))
    unique = ordered[first]
    found: Hashes = unique[(count >= least) & (unique != 0)]
    return found


def numbered(keys: Hashes, known: Hashes) -> Ints:
    """Return the index of each key in ``known``, -1 if it isn't there."""
    found = np.empty(keys.shape, np.int32)
    for column in range(keys.shape[1]):
        # A column has few different keys compared with its rows.
        unique, inverse = np.unique(keys[:, column], return_inverse=True)
        at = np.minimum(np.searchsorted(known, unique), len(known) - 1)
        found[:, column] = np.where(known[at] == unique, at, -1)[inverse]
    return found


def chain(examples: Sequence[Example], labels: Sequence[str], numbers: Ints) -> Chain:
    """Return what the CRF is fitted to."""
    allowed = np.concatenate([_allowed(example, labels) for example in examples])
    return Chain(numbers, allowed, [len(example.words) for example in examples])


def _allowed(example: Example, labels: Sequence[str]) -> NDArray[np.bool_]:
    """Return which labels each word may have: its own, and if that is O, also those of types that its corpus doesn't mark."""
    allowed = np.zeros((len(example.words), len(labels)), dtype=bool)
    kinds = [label[2:] if label[1:2] == "-" else label for label in labels]
    unmarked = [number for number, kind in enumerate(kinds) if kind != "O" and kind not in example.types]
    for row, label in zip(allowed, example.labels, strict=True):
        if label == "?":
            row[:] = True
        else:
            row[labels.index(label)] = True
            if label == "O":
                row[unmarked] = True
    return allowed
