"""German compounds taken apart, so that a search for one part finds the whole: for recall in search, never for tagging.

The words are searched for parts known from a list, with linking elements between them; of all ways to take a word apart the one
with the highest geometric mean of its parts' frequencies wins (Koehn & Knight 2003, "Empirical methods for compound splitting").
Two things differ. The list holds no compounds, so every word that comes apart is taken apart, however frequent it is as a whole:
"Regierung" is to find "Bundesregierung". And each part more costs a factor, because short parts are found everywhere by chance.
All words are in search form (``core.analysis``): lower case, without umlauts, ß as ss.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import NamedTuple, Self

# Linking elements and inflections, longest first: a part may carry one, between parts as at the end.
_ENDINGS = ("ens", "es", "en", "se", "s", "n", "e")
_MIN_PART = 4
_MIN_WORD = 7
# Nothing longer is a word; it bounds the time, which grows with the square of the length.
_MAX_WORD = 60
_PART_COST = math.log(6)


class Part(NamedTuple):
    """A piece of a compound: as it stands there (``waffen``) and in its basic form (``waffe``)."""

    surface: str
    base: str


class CompoundSplitter:
    """Takes words apart.

    ``parts`` maps each known part to its frequency; a ``first`` part stands only before another one; a ``head`` may end a word whose
    beginning is unknown (Westbalkangipfel); a ``whole`` word is never taken apart.
    """

    def __init__(
        self, parts: Mapping[str, int], *, first: Iterable[str] = (), heads: Iterable[str] = (), whole: Iterable[str] = ()
    ) -> None:
        self._parts = {part: math.log(count) for part, count in parts.items()}
        # Where none of these begins, no part does.
        self._beginnings = frozenset(part[:_MIN_PART] for part in parts)
        self._lengths = sorted({len(beginning) for beginning in self._beginnings}, reverse=True)
        self._first = frozenset(first)
        self._heads = frozenset(heads)
        self._whole = frozenset(whole)
        facts = f"{sorted(parts.items())}{sorted(self._first)}{sorted(self._heads)}{sorted(self._whole)}"
        self.version = blake2b(facts.encode(), digest_size=6).hexdigest()

    @classmethod
    def read(cls, text: str) -> Self:
        """Make a splitter of a list: a part and its frequency a line, first, head or whole in a third column, # for comments."""
        rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
        kinds = {row[0]: row[2] for row in rows if len(row) > 2}

        def of_kind(wanted: str) -> list[str]:
            return [word for word, kind in kinds.items() if kind == wanted]

        parts = {row[0]: int(row[1]) for row in rows if kinds.get(row[0]) != "whole"}
        return cls(parts, first=of_kind("first"), heads=of_kind("head"), whole=of_kind("whole"))

    def split(self, word: str) -> tuple[Part, ...]:
        """The parts of a word in search form, or nothing where it does not come apart."""
        if not _MIN_WORD <= len(word) <= _MAX_WORD or not word.isalpha() or self._is_whole(word) or self.known(word):
            return ()
        # ways[i][n]: the best way to make word[i:] of n parts, as score and parts; filled from the end.
        ways: dict[int, dict[int, tuple[float, tuple[Part, ...]]]] = {len(word): {0: (0.0, ())}}
        for start in range(len(word) - 1, -1, -1):
            if self._beginnings.isdisjoint([word[start : start + length] for length in self._lengths]):
                continue
            found: dict[int, tuple[float, tuple[Part, ...]]] = {}
            for end, rest in ways.items():
                base = self.known(word[start:end], last=end == len(word))
                if base is None:
                    continue
                part = Part(word[start:end], base)
                for count, (score, parts) in rest.items():
                    better = score + self._parts[base]
                    if better > found.get(count + 1, (-1.0, ()))[0]:
                        found[count + 1] = (better, (part, *parts))
            if found:
                ways[start] = found
        splits = [(score / count - count * _PART_COST, parts) for count, (score, parts) in ways.get(0, {}).items() if count > 1]
        return max(splits)[1] if splits else self._split_off_head(word)

    def _split_off_head(self, word: str) -> tuple[Part, ...]:
        for start in range(_MIN_PART, len(word) - _MIN_PART + 1):
            base = self.known(word[start:])
            if base in self._heads:
                return (Part(word[:start], word[:start]), Part(word[start:], base))
        return ()

    def known(self, segment: str, *, last: bool = True) -> str | None:
        """The basic form of a part with or without ending; None if it is no part in this place."""
        parts = self._parts
        if segment in parts and not (last and segment in self._first):
            return segment
        for ending in _ENDINGS:
            if segment.endswith(ending) and len(segment) - len(ending) >= _MIN_PART:
                stripped = segment[: -len(ending)]
                if stripped in parts and stripped not in self._first:
                    return stripped
        # Feminine nouns lose their -e before another part: Kontroll-, Schul-.
        return segment + "e" if not last and len(segment) > _MIN_PART and segment + "e" in parts else None

    def _is_whole(self, word: str) -> bool:
        return word in self._whole or any(word.endswith(ending) and word[: -len(ending)] in self._whole for ending in _ENDINGS)


def search_words(parts: Sequence[Part]) -> list[str]:
    """What the compound is found by: each part, and what neighbours make together (Sperrvertrag finds Atomwaffensperrvertrag)."""
    count = len(parts)
    return [
        "".join(part.surface for part in parts[start : end - 1]) + parts[end - 1].base
        for start in range(count)
        for end in range(start + 1, count + 1)
        if end - start < count
    ]
