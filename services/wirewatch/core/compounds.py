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
        first, whole = frozenset(first), frozenset(whole)
        self._parts = {part: math.log(count) for part, count in parts.items()}
        # Every form of a part with its basic form, so that to know a segment is one look-up: at a word's end, and before another part.
        inflected = _inflected(part for part in parts if part not in first)
        # Feminine nouns lose their -e before another part: Kontroll-, Schul-.
        shortened = {part[:-1]: part for part in parts if part.endswith("e") and len(part) > _MIN_PART + 1}
        self._last = inflected | {part: part for part in parts if part not in first}
        self._inner = shortened | inflected | {part: part for part in parts}
        self._heads = frozenset(heads)
        self._whole = frozenset(word + ending for word in whole for ending in ("", *_ENDINGS))
        facts = f"{sorted(parts.items())}{sorted(first)}{sorted(self._heads)}{sorted(whole)}"
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
        if not _MIN_WORD <= len(word) <= _MAX_WORD or not word.isalpha() or word in self._whole or self.known(word):
            return ()
        # ways[i][n]: the best way to make word[i:] of n parts, as score and parts; filled from the end.
        ways: dict[int, dict[int, tuple[float, tuple[Part, ...]]]] = {len(word): {0: (0.0, ())}}
        for start in range(len(word) - 1, -1, -1):
            found: dict[int, tuple[float, tuple[Part, ...]]] = {}
            for end, rest in ways.items():
                base = (self._last if end == len(word) else self._inner).get(word[start:end])
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

    def known(self, segment: str) -> str | None:
        """The basic form of a part that ends a word, with or without ending; None if it is none."""
        return self._last.get(segment)


def _inflected(parts: Iterable[str]) -> dict[str, str]:
    """Each part with each ending; where two parts give the same form, the ending that comes first in the list decides."""
    long = [part for part in parts if len(part) >= _MIN_PART]
    return {part + ending: part for ending in reversed(_ENDINGS) for part in long}


def search_words(parts: Sequence[Part]) -> list[str]:
    """What the compound is found by: each part, and what neighbours make together (Sperrvertrag finds Atomwaffensperrvertrag)."""
    count = len(parts)
    return [
        "".join(part.surface for part in parts[start : end - 1]) + parts[end - 1].base
        for start in range(count)
        for end in range(start + 1, count + 1)
        if end - start < count
    ]
