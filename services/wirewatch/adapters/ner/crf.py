"""A linear-chain model of names: weights of features, and the best sequence of labels (Lafferty, McCallum & Pereira 2001).

The weights lie in one file for a language, made by ops/train. They are whole numbers of eight bits with one scale for each label, found by
binary search of a feature's key; a text is scored as one array, so that the cost for each word is small.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple, Self
from zipfile import BadZipFile

import msgspec
import numpy as np
from numpy.typing import NDArray

from wirewatch.adapters.ner.features import (
    EDGE,
    GRAM_SLOTS,
    HEAD,
    LEXICAL,
    PLACED,
    SLOT,
    SLOTS,
    TABLED,
    WRITTEN,
    Hashes,
    exact_key,
    folded_key,
    mixed,
    placed_keys,
    templates,
    written_slots,
)
from wirewatch.core.errors import DataFileError

FORMAT = 1
# Words whose slots are kept between texts: those of the usual vocabulary, about 150 bytes each.
_KEPT_WORDS = 20_000
# Letters of a compound before its head, and of the head, at least.
_FIRST_PART, _SHORTEST_HEAD = 3, 4
_BUCKET_BITS = 20
_IMPOSSIBLE = np.float32(-1e9)


class Meta(msgspec.Struct, frozen=True):
    """What a model file says about itself. ``templates`` are the numbers of those in use."""

    format: int
    language: str
    version: str
    labels: tuple[str, ...]
    templates: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known of single words: columns of small numbers, 0 for nothing, in rows by sorted key.

    ``exact``: clusters, foreign and usage, by the word as written; ``folded``: lists that its folded form stands in.
    """

    exact: Hashes
    exact_rows: NDArray[np.uint16]
    folded: Hashes
    folded_rows: NDArray[np.uint16]

    @classmethod
    def empty(cls) -> Self:
        none = np.zeros(0, dtype=np.uint32)
        return cls(none, np.zeros((0, len(TABLED)), np.uint16), none, np.zeros((0, 1), np.uint16))

    def slots(self, words: Sequence[str]) -> Hashes:
        """The slots LEXICAL of words, as numbers that differ between columns."""
        tabled = np.zeros((len(words), len(TABLED)), dtype=np.uint32)
        # What follows a hyphen, and the same in small letters, serve for a word that isn't there itself.
        for forms in (words, [word.rpartition("-")[2] for word in words], [word.lower() for word in words]):
            missing = np.flatnonzero(~tabled.any(axis=1))
            keys = np.array([exact_key(forms[index]) for index in missing.tolist()], dtype=np.uint32)
            tabled[missing] = _rows(self.exact, self.exact_rows, keys)
        lists = _rows(self.folded, self.folded_rows, np.array([folded_key(word) for word in words], dtype=np.uint32))
        return np.concatenate([tabled, lists, self._heads(words)], axis=1)

    def _heads(self, words: Sequence[str]) -> Hashes:
        """The slots HEAD of words: of the longest known word that a word ends in, as a German compound does in its head."""
        found = np.zeros((len(words), len(HEAD)), dtype=np.uint32)
        owners, keys = [], []
        for index, word in enumerate(words):
            if word[0].isupper() and word[1:].islower():
                for begin in range(_FIRST_PART, len(word) - _SHORTEST_HEAD + 1):
                    owners.append(index)
                    keys.append(exact_key(word[begin:].capitalize()))
        rows = _rows(self.exact, self.exact_rows, np.array(keys, dtype=np.uint32))
        # Backwards, so that of a word's heads the longest is written last.
        for place in np.flatnonzero(rows[:, TABLED.index("usage")])[::-1]:
            found[owners[place]] = (keys[place], rows[place, 1], rows[place, TABLED.index("usage")])
        return found


def _rows(keys: Hashes, rows: NDArray[np.uint16], wanted: Hashes) -> NDArray[np.uint16]:
    if not len(keys):
        return np.zeros((len(wanted), rows.shape[1]), dtype=np.uint16)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where((keys[at] == wanted)[:, None], rows[at], 0)


class Sentence(NamedTuple):
    """Words, and for each what the gazetteer says of it: B-PER, I-PER …, empty if nothing. ``domain``: see ``placed_keys``."""

    words: Sequence[str]
    known: Sequence[str]
    domain: str = ""


@dataclass(slots=True)
class SlotTable:
    """Makes the slots of sentences, and remembers those of words it has met."""

    lexicon: Lexicon
    _rows: dict[str, int] = field(default_factory=dict)
    _table: Hashes = field(default_factory=lambda: np.zeros((1, len(SLOTS)), dtype=np.uint32))

    def of(self, sentences: Sequence[Sentence]) -> tuple[Hashes, NDArray[np.intp]]:
        """The slots of all words, EDGE empty rows between sentences, and in which row each word is."""
        if len(self._rows) > _KEPT_WORDS:
            self._rows.clear()
            self._table = self._table[:1]
        self._learn({word for sentence in sentences for word in sentence.words if word not in self._rows})
        index: list[int] = [0] * EDGE
        placed: list[tuple[int, ...]] = [(0,) * len(PLACED)] * EDGE
        for sentence in sentences:
            index += [self._rows[word] for word in sentence.words]
            index += [0] * EDGE
            placed += placed_keys(sentence.words, sentence.known, sentence.domain)
            placed += [(0,) * len(PLACED)] * EDGE
        slots = self._table[index]
        slots[:, SLOT[PLACED[0]] :] = placed
        rows = np.flatnonzero(np.array(index))
        return slots, rows

    def _learn(self, unknown: set[str]) -> None:
        new = sorted(unknown)
        if not new:
            return
        table = np.zeros((len(new), len(SLOTS)), dtype=np.uint32)
        table[:, : len(WRITTEN) + len(GRAM_SLOTS)] = [written_slots(word) for word in new]
        table[:, SLOT[LEXICAL[0]] : SLOT[LEXICAL[-1]] + 1] = self.lexicon.slots(new)
        self._rows |= {word: len(self._table) + number for number, word in enumerate(new)}
        self._table = np.concatenate([self._table, table])


@dataclass(slots=True)
class Places:
    """Finds sorted keys by their upper bits, in a third of a binary search's time."""

    keys: Hashes
    _first: NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        buckets = np.arange((1 << _BUCKET_BITS) + 1, dtype=np.uint64) << np.uint64(32 - _BUCKET_BITS)
        self._first = np.searchsorted(self.keys.astype(np.uint64), buckets).astype(np.int32)

    def of(self, found: Hashes) -> NDArray[np.int32]:
        """Where each key stands; behind the last, where a row of zeros is, if it is none of them."""
        wanted = found.ravel()
        bucket = wanted >> np.uint32(32 - _BUCKET_BITS)
        at, stop = self._first[bucket], self._first[bucket + 1]
        places = np.full(len(wanted), len(self.keys), dtype=np.int32)
        left = np.flatnonzero(at < stop)
        at, stop, wanted = at[left], stop[left], wanted[left]
        while len(left):
            same = self.keys[at] == wanted
            places[left[same]] = at[same]
            at += 1
            more = ~same & (at < stop)
            left, at, stop, wanted = left[more], at[more], stop[more], wanted[more]
        return places.reshape(found.shape)


_OWN = ("keys", "weights", "scale", "start", "moves")
_LEXICON = ("exact", "exact_rows", "folded", "folded_rows")


@dataclass(frozen=True, slots=True)
class NameModel:
    """Weights by feature and label, and by label and label. ``weights[i]`` times ``scale`` is for the feature of key ``keys[i]``."""

    meta: Meta
    keys: Hashes
    weights: NDArray[np.int8]
    scale: NDArray[np.float32]
    start: NDArray[np.float32]
    moves: NDArray[np.float32]
    lexicon: Lexicon
    _places: Places = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_places", Places(self.keys))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote. Raises DataFileError."""
        with _opened(path) as arrays:
            meta = _meta(path, arrays)
            lexicon = Lexicon(*(arrays[name] for name in _LEXICON))
            own = {name: arrays[name] for name in _OWN}
        return cls(meta, lexicon=lexicon, **own)

    def save(self, path: Path) -> None:
        """Write one file; the same model gives the same bytes."""
        arrays: Mapping[str, NDArray[Any]] = {
            "meta": np.frombuffer(msgspec.json.encode(self.meta), dtype=np.uint8),
            **{name: getattr(self, name) for name in _OWN},
            **{name: getattr(self.lexicon, name) for name in _LEXICON},
        }
        np.savez_compressed(path, **arrays)  # type: ignore[arg-type]  # numpy's stub takes its flag for one of the arrays

    def label(self, sentences: Sequence[Sentence], table: SlotTable) -> list[list[str]]:
        """The best labels of each sentence."""
        slots, rows = table.of(sentences)
        scores = self._scores(slots, rows)
        lengths = [len(sentence.words) for sentence in sentences]
        labels = self.meta.labels
        return [[labels[number] for number in path] for path in best_paths(scores, lengths, self.start, self.moves)]

    def _scores(self, slots: Hashes, rows: NDArray[np.intp]) -> NDArray[np.float32]:
        found = mixed(slots, rows, self.meta.templates)
        summed: NDArray[np.float32] = self.weights[self._places.of(found)].sum(axis=1, dtype=np.int32) * self.scale
        return summed


def read_meta(path: Path) -> Meta:
    """What a model file says about itself, without reading the rest. Raises DataFileError."""
    with _opened(path) as arrays:
        return _meta(path, arrays)


@contextmanager
def _opened(path: Path) -> Iterator[Mapping[str, NDArray[Any]]]:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            yield arrays
    except DataFileError:
        raise
    except (OSError, EOFError) as error:
        raise DataFileError(f"{path}: can't be read ({getattr(error, 'strerror', None) or error}); install the package again") from error
    except (ValueError, KeyError, IndexError, BadZipFile, zlib.error, msgspec.MsgspecError) as error:
        raise DataFileError(f"{path}: not a model of names ({error}); install the package again") from error


def _meta(path: Path, arrays: Mapping[str, NDArray[Any]]) -> Meta:
    meta = msgspec.json.decode(arrays["meta"].tobytes(), type=Meta)
    if meta.format != FORMAT or max(meta.templates) >= len(templates()):
        raise DataFileError(f"{path}: a model of another version of wirewatch; install the package again")
    return meta


def best_paths(
    scores: NDArray[np.float32], lengths: Sequence[int], start: NDArray[np.float32], moves: NDArray[np.float32]
) -> list[list[int]]:
    """The labels with the highest sum for each sentence (Viterbi 1967), for sentences whose scores stand one after another."""
    paths = []
    begin = 0
    for length in lengths:
        own = scores[begin : begin + length]
        begin += length
        back = np.empty((length, len(start)), dtype=np.intp)
        best = start + own[0]
        for at in range(1, length):
            reached = best[:, None] + moves
            back[at] = reached.argmax(axis=0)
            best = reached.max(axis=0) + own[at]
        path = [int(best.argmax())]
        for at in range(length - 1, 0, -1):
            path.append(int(back[at, path[-1]]))
        paths.append(path[::-1])
    return paths


def legal_moves(labels: Sequence[str]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Zero where a label may start a sentence, or follow another; else as good as impossible.

    Labels are S-type for a name of one word, B-, I- and E-type for the first, middle and last word of a longer one, and any others in small
    letters or O for what is no name.
    """
    start = np.array([_IMPOSSIBLE if label[0] in "IE" else 0 for label in labels], dtype=np.float32)
    moves = np.full((len(labels), len(labels)), _IMPOSSIBLE, dtype=np.float32)
    for row, before in enumerate(labels):
        for column, label in enumerate(labels):
            inside = before[0] in "BI"
            if inside == (label[0] in "IE") and (not inside or before[2:] == label[2:]):
                moves[row, column] = 0
    return start, moves
