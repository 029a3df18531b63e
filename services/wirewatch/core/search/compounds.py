"""Splits German compounds, so that a search for one part finds the whole word: for recall in search, never for tagging.

A word is split into parts known from a list, with linking elements between them; of all ways to split it, the one whose parts have the
highest geometric mean of frequencies wins (Koehn & Knight 2003, "Empirical methods for compound splitting"). Two things differ from that
paper. The list has no compounds, so every word that can be split is split, however frequent it is as a whole: "Regierung" must find
"Bundesregierung". And each additional part costs a factor, because short parts are found everywhere by chance. All words are in search form
(``core.search.analysis``): lower case, without umlauts, ß as ss.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple, Self

# Linking elements and inflections, longest first. A part may have one, both inside the word and at its end.
_ENDINGS = ("ens", "es", "en", "se", "s", "n", "e")
_MIN_PART = 4
_MIN_WORD = 7
# Anything longer is not a word. The limit bounds the time, which grows with the square of the length.
_MAX_WORD = 60
_PART_COST = math.log(6)
# The possible lengths of parts are looked up by this many of their first letters.
_KEY = 4


class Part(NamedTuple):
    """A part of a compound: as it is written there (``waffen``) and in its basic form (``waffe``)."""

    surface: str
    base: str


class CompoundSplitter:
    """Splits words.

    ``parts`` maps each known part to its frequency. A ``first`` part is only found before another part; a ``head`` may end a word whose
    beginning is unknown (Westbalkangipfel); a ``whole`` word is never split. ``version`` changes whenever splits do.
    """

    def __init__(
        self, parts: Mapping[str, int], *, first: Iterable[str] = (), heads: Iterable[str] = (), whole: Iterable[str] = ()
    ) -> None:
        first, whole = frozenset(first), frozenset(whole)
        self._parts = {part: math.log(count) for part, count in parts.items()}
        # Every form of a part and its basic form, so that a segment needs one look-up: at the end of a word, and before another part.
        inflected = _inflected(part for part in parts if part not in first)
        # Feminine nouns lose their -e before another part: Kontroll-, Schul-.
        shortened = {part[:-1]: part for part in parts if part.endswith("e") and len(part) > _MIN_PART + 1}
        self._last = inflected | {part: part for part in parts if part not in first}
        self._inner = shortened | inflected | {part: part for part in parts}
        self._lengths, self._short = _lengths_by_key(self._inner)
        self._tails = frozenset(form[-_MIN_PART:] for form in self._last)
        self._short_last = tuple(form for form in self._last if len(form) < _MIN_PART)
        self._heads = frozenset(heads)
        self._head_forms = {form: base for form, base in self._last.items() if base in self._heads and len(form) >= _MIN_PART}
        self._head_lengths = sorted({len(form) for form in self._head_forms}, reverse=True)
        self._head_tails = frozenset(form[-_MIN_PART:] for form in self._head_forms)
        self._whole = frozenset(word + ending for word in whole for ending in ("", *_ENDINGS))
        facts = f"{sorted(parts.items())}{sorted(first)}{sorted(self._heads)}{sorted(whole)}"
        self.version = blake2b(facts.encode(), digest_size=6).hexdigest()

    @classmethod
    def read(cls, text: str) -> Self:
        """Read a list of parts: each line has a part, its frequency and, if it is one, ``first``, ``head`` or ``whole``, separated by tabs.

        Lines that start with # are comments. Raises ValueError for any other line, and for a list without parts.
        """
        rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
        if not rows or any(len(row) < 2 for row in rows):
            raise ValueError("a part and its frequency are expected on each line")
        kinds = {row[0]: row[2] for row in rows if len(row) > 2}

        def of_kind(wanted: str) -> list[str]:
            return [word for word, kind in kinds.items() if kind == wanted]

        parts = {row[0]: int(row[1]) for row in rows if kinds.get(row[0]) != "whole"}
        return cls(parts, first=of_kind("first"), heads=of_kind("head"), whole=of_kind("whole"))

    def split(self, word: str) -> tuple[Part, ...]:
        """Return the parts of a word in search form; none if it can't be split."""
        if not _MIN_WORD <= len(word) <= _MAX_WORD or not word.isalpha() or word in self._whole or self.known(word):
            return ()
        if word[-_MIN_PART:] not in self._tails and not word.endswith(self._short_last):
            return ()
        stop = len(word)
        segments = self._segments(word)
        if stop not in segments:
            return self._split_off_head(word)
        # ways[i][n] is the best way to split word[i:] into n parts, as score and parts. It is filled from the end of the word.
        ways: dict[int, dict[int, tuple[float, tuple[Part, ...]]]] = {stop: {0: (0.0, ())}}
        for start in sorted(segments, reverse=True)[1:]:
            found: dict[int, tuple[float, tuple[Part, ...]]] = {}
            for end, base in segments[start]:
                if end not in ways:
                    continue
                part = Part(word[start:end], base)
                for count, (score, parts) in ways[end].items():
                    better = score + self._parts[base]
                    if better > found.get(count + 1, (-1.0, ()))[0]:
                        found[count + 1] = (better, (part, *parts))
            if found:
                ways[start] = found
        splits = [(score / count - count * _PART_COST, parts) for count, (score, parts) in ways[0].items() if count > 1]
        return max(splits)[1] if splits else self._split_off_head(word)

    def _segments(self, word: str) -> dict[int, list[tuple[int, str]]]:
        """Return the places that parts can reach from the start of the word, each with the parts that may begin there, the longest first.

        A part is given as its end and its basic form.
        """
        stop = len(word)
        lengths, short, inner = self._lengths, self._short, self._inner
        segments: dict[int, list[tuple[int, str]]] = {}
        starts = [0]
        for start in starts:
            found = segments[start] = []
            for length in lengths.get(word[start : start + _KEY], short):
                end = start + length
                if end < stop:
                    base = inner.get(word[start:end])
                elif end == stop:
                    base = self._last.get(word[start:])
                else:
                    continue
                if base is not None:
                    found.append((end, base))
                    if end not in segments:
                        segments[end] = []
                        starts.append(end)
        return segments

    def _split_off_head(self, word: str) -> tuple[Part, ...]:
        if word[-_MIN_PART:] not in self._head_tails:
            return ()
        stop = len(word)
        for length in self._head_lengths:
            base = self._head_forms.get(word[stop - length :])
            if base and length <= stop - _MIN_PART:
                return (Part(word[:-length], word[:-length]), Part(word[-length:], base))
        return ()

    def known(self, segment: str) -> str | None:
        """Return the basic form of a part, with or without an ending, that may end a word; None if it is not one."""
        return self._last.get(segment)


def _inflected(parts: Iterable[str]) -> dict[str, str]:
    """Return each part with each ending, and its basic form; if two parts give the same form, the first ending in the list decides."""
    long = [part for part in parts if len(part) >= _MIN_PART]
    return {part + ending: part for ending in reversed(_ENDINGS) for part in long}


def _lengths_by_key(forms: Iterable[str]) -> tuple[dict[str, tuple[int, ...]], tuple[int, ...]]:
    """Return the lengths of forms by their first four letters, the longest first, and the lengths of the forms that are shorter than that.

    The lengths by first letters include those of shorter forms with which they begin.
    """
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for form in forms:
        lengths[form[:_KEY]].add(len(form))
    short = {key for key in lengths if len(key) < _KEY}
    by_key = {key: those | {len(form) for form in short if key.startswith(form)} for key, those in lengths.items() if key not in short}
    return {key: _descending(those) for key, those in by_key.items()}, _descending({len(form) for form in short})


def _descending(numbers: set[int]) -> tuple[int, ...]:
    return tuple(sorted(numbers, reverse=True))


def search_words(parts: Sequence[Part]) -> list[str]:
    """Return the words by which a compound is found: each part, and each run of parts (Sperrvertrag finds Atomwaffensperrvertrag)."""
    count = len(parts)
    return [
        "".join(part.surface for part in parts[start : end - 1]) + parts[end - 1].base
        for start in range(count)
        for end in range(start + 1, count + 1)
        if end - start < count
    ]
