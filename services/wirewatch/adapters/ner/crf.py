"""A linear-chain model of names: weights of features, and the best sequence of labels (Lafferty, McCallum & Pereira 2001).

Each language has one file of weights, made by ops/train. Weights are whole numbers of eight bits, with a scale for each label, and are
looked up by a feature's key. A text is scored as one array, so that the cost for each word is small.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from zipfile import BadZipFile

import msgspec
import numpy as np
from numpy.typing import NDArray

from wirewatch.adapters.ner.features import Hashes, mixed, templates
from wirewatch.adapters.ner.slots import Lexicon, Sentence, SlotTable
from wirewatch.core.errors import DataFileError

FORMAT = 1
_BUCKET_BITS = 20
_IMPOSSIBLE = np.float32(-1e9)


class Meta(msgspec.Struct, frozen=True):
    """What a model file says about itself. ``templates`` are the numbers of the templates in use."""

    format: int
    language: str
    version: str
    labels: tuple[str, ...]
    templates: tuple[int, ...]


@dataclass(slots=True)
class Places:
    """Finds keys among sorted ones by their upper bits, in a third of the time of a binary search."""

    keys: Hashes
    _first: NDArray[np.int32] = field(init=False)

    def __post_init__(self) -> None:
        buckets = np.arange((1 << _BUCKET_BITS) + 1, dtype=np.uint64) << np.uint64(32 - _BUCKET_BITS)
        self._first = np.searchsorted(self.keys.astype(np.uint64), buckets).astype(np.int32)

    def of(self, found: Hashes) -> NDArray[np.int32]:
        """Return the index of each key in ``keys``; if it is not there, ``len(keys)``, where the weights have a row of zeros."""
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
    """Weights by feature and label, and by label and next label. ``weights[i]`` times ``scale`` is for the feature with ``keys[i]``.

    Shapes, for F features and L labels: ``keys`` (F), ``weights`` (F + 1, L) with zeros in the last row, ``scale`` (L), ``start`` (L),
    ``moves`` (L, L).
    """

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
        """Read a file that ``save`` wrote. Raises DataFileError."""
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
        """Return the best sequence of labels for each sentence, a label for each word."""
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
    """Return what a model file says about itself, without reading the rest. Raises DataFileError."""
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
        raise DataFileError(f"{path}: a model for another version of wirewatch; install the package again")
    return meta


def best_paths(
    scores: NDArray[np.float32], lengths: Sequence[int], start: NDArray[np.float32], moves: NDArray[np.float32]
) -> list[list[int]]:
    """Return the numbers of the labels with the highest sum for each sentence (Viterbi 1967).

    ``scores``: a row for each word, of all sentences one after another, a column for each label. ``lengths``: words of each sentence.
    ``start`` and ``moves``: the scores of a label at the start of a sentence, and of one label (row) followed by another (column).
    """
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
    """Return zeros where a label may start a sentence (L), or follow another (L, L); elsewhere a number that makes it impossible.

    Labels are S-type for a name of one word, and B-, I- and E-type for the first, middle and last word of a longer one. Words that are not
    names have O, or other labels in lower case.
    """
    start = np.array([_IMPOSSIBLE if label[0] in "IE" else 0 for label in labels], dtype=np.float32)
    moves = np.full((len(labels), len(labels)), _IMPOSSIBLE, dtype=np.float32)
    for row, before in enumerate(labels):
        for column, label in enumerate(labels):
            inside = before[0] in "BI"
            if inside == (label[0] in "IE") and (not inside or before[2:] == label[2:]):
                moves[row, column] = 0
    return start, moves
