"""The slots of words in sentences: what their letters, the lexicon, the gazetteer and their places say of them, as rows of hashes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

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
    placed_keys,
    written_slots,
)

# How many words' slots are kept between texts, about the usual vocabulary. A word takes about 150 bytes.
_KEPT_WORDS = 20_000
# The fewest letters of a compound before its head, and of the head.
_FIRST_PART, _SHORTEST_HEAD = 3, 4


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What is known of single words: a row of small numbers, 0 for nothing, for each of the sorted keys.

    ``exact`` are keys of words as written, with the columns TABLED; ``folded`` are keys of folded words, with a mask of their lists.
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
        """Return the slots LEXICAL of words: a row for each word."""
        tabled = np.zeros((len(words), len(TABLED)), dtype=np.uint32)
        # A word that isn't in the lexicon is replaced by what follows its hyphen, or else by itself in lower case.
        for forms in (words, [word.rpartition("-")[2] for word in words], [word.lower() for word in words]):
            missing = np.flatnonzero(~tabled.any(axis=1))
            keys = np.array([exact_key(forms[index]) for index in missing.tolist()], dtype=np.uint32)
            tabled[missing] = _rows(self.exact, self.exact_rows, keys)
        lists = _rows(self.folded, self.folded_rows, np.array([folded_key(word) for word in words], dtype=np.uint32))
        return np.concatenate([tabled, lists, self._heads(words)], axis=1)

    def _heads(self, words: Sequence[str]) -> Hashes:
        """Return the slots HEAD of words, from the longest known word that each ends with, as a German compound ends with its head."""
        found = np.zeros((len(words), len(HEAD)), dtype=np.uint32)
        owners, keys = [], []
        for index, word in enumerate(words):
            if word[0].isupper() and word[1:].islower():
                for begin in range(_FIRST_PART, len(word) - _SHORTEST_HEAD + 1):
                    owners.append(index)
                    keys.append(exact_key(word[begin:].capitalize()))
        rows = _rows(self.exact, self.exact_rows, np.array(keys, dtype=np.uint32))
        # Backwards, so that the longest of a word's heads is written last.
        for place in np.flatnonzero(rows[:, TABLED.index("usage")])[::-1]:
            found[owners[place]] = (keys[place], rows[place, 1], rows[place, TABLED.index("usage")])
        return found


def _rows(keys: Hashes, rows: NDArray[np.uint16], wanted: Hashes) -> NDArray[np.uint16]:
    if not len(keys):
        return np.zeros((len(wanted), rows.shape[1]), dtype=np.uint16)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where((keys[at] == wanted)[:, None], rows[at], 0)


class Sentence(NamedTuple):
    """Words, and what the gazetteer says of each: B-PER, I-PER …, or an empty text. ``domain``: see ``placed_keys``."""

    words: Sequence[str]
    known: Sequence[str]
    domain: str = ""


@dataclass(slots=True)
class SlotTable:
    """Makes the slots of sentences, and keeps those of words for later sentences."""

    lexicon: Lexicon
    _rows: dict[str, int] = field(default_factory=dict)
    _table: Hashes = field(default_factory=lambda: np.zeros((1, len(SLOTS)), dtype=np.uint32))

    def of(self, sentences: Sequence[Sentence]) -> tuple[Hashes, NDArray[np.intp]]:
        """Return a row of slots for each word, with EDGE empty rows around each sentence, and the numbers of the words' rows."""
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
