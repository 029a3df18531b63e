"""What the name model knows of a word: properties of words, and the templates that combine them over a window of words.

The features are those of linear-chain models for names (Ratinov & Roth 2009, "Design challenges and misconceptions in named entity
recognition"; Finkel, Grenager & Manning 2005): forms, affixes, shapes, word clusters and lists, in a window of two words on each side, and
the spans of names that the gazetteer knows. Each word becomes a row of 32-bit hashes, its *slots*. A *template* mixes one or more slots,
each at an offset, into the key of a feature. Keys are looked up in the weights, so no string is built for a feature.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from wirewatch.core.text.folding import fold

Hashes = NDArray[np.uint32]

# Slots from a word's letters.
PREFIXES, SUFFIXES = 5, 6
WRITTEN = (
    "lower", "exact", *(f"prefix{n}" for n in range(1, PREFIXES + 1)), *(f"suffix{n}" for n in range(1, SUFFIXES + 1)),
    "shape", "short", "length", "first", "last",
)  # fmt: skip
GRAMS = 12
GRAM_SLOTS = tuple(f"gram{n}" for n in range(GRAMS))
# Slots from the lexicon, and slots from a word's place in the text.
CLUSTERS = ("cluster0", "cluster1", "cluster2", "cluster3")
TABLED = (*CLUSTERS, "foreign", "usage")
HEAD = ("head", "headcluster", "headusage")
LEXICAL = (*TABLED, "lists", *HEAD)
_NEAR = tuple(slot for slot in LEXICAL if slot != "head")
PLACED = ("known", "initial", "style", "domain")
SLOTS = (*WRITTEN, *GRAM_SLOTS, *LEXICAL, *PLACED)
SLOT = {name: index for index, name in enumerate(SLOTS)}
# How many empty rows are on each side of a sentence.
EDGE = 4
_PORTION = 256
_DIGIT = re.compile(r"\d")
_OPENING = frozenset("\"„“»«:(‚'")
_RUN = re.compile(r"(.)\1+")


class Template(NamedTuple):
    """How a feature is made: from slots with their offsets. Templates of one ``bag`` give one key wherever in the window the word is."""

    parts: tuple[tuple[int, str], ...]
    bag: str = ""

    def __str__(self) -> str:
        return self.bag or "+".join(f"{slot}[{offset}]" for offset, slot in self.parts)


@lru_cache(maxsize=1)
def templates() -> tuple[Template, ...]:
    """Return all templates; their numbers in a model file are their places in this list."""
    single = {
        0: (*WRITTEN, *LEXICAL, *PLACED),
        1: ("lower", "prefix3", "suffix2", "suffix3", "suffix4", "short", "last", *_NEAR, "known"),
        2: ("lower", "suffix3", "short", *_NEAR, "known"),
    }
    found = [Template(((0, slot),)) for slot in single[0]]
    found += [Template(((sign * distance, slot),)) for distance in (1, 2) for sign in (-1, 1) for slot in single[distance]]
    found += [Template(((0, slot),), bag="gram") for slot in GRAM_SLOTS]
    found += [Template(((offset, "lower"),), bag="left") for offset in range(-EDGE, 0)]
    found += [Template(((offset, "lower"),), bag="right") for offset in range(1, EDGE + 1)]
    pairs = (
        "lower[-1] lower[0]|lower[0] lower[1]|lower[-1] lower[1]|lower[-2] lower[-1]|lower[1] lower[2]|lower[-1] short[0]|"
        "short[0] lower[1]|short[-1] short[0]|short[0] short[1]|short[-1] short[0] short[1]|short[-2] short[-1] short[0]|"
        "short[0] short[1] short[2]|lower[-1] short[0] short[1]|lower[-1] suffix3[0]|suffix3[0] lower[1]|lower[-1] cluster1[0]|"
        "cluster1[0] lower[1]|cluster1[-1] cluster1[0]|cluster1[0] cluster1[1]|cluster0[-1] cluster0[0] cluster0[1]|"
        "cluster1[-1] cluster1[1]|cluster2[-1] cluster2[0]|cluster2[0] cluster2[1]|cluster1[0] short[0]|cluster0[0] suffix3[0]|"
        "cluster1[-1] short[0] cluster1[1]|lists[-1] lists[0]|lists[0] lists[1]|lists[0] short[0]|lists[0] lower[-1]|"
        "lists[0] cluster1[0]|lists[0] short[-1] short[1]|foreign[-1] foreign[0]|foreign[0] foreign[1]|foreign[0] lists[0]|"
        "foreign[0] cluster1[0]|foreign[0] lower[-1]|known[-1] known[0]|known[0] known[1]|known[0] lower[0]|known[0] short[0]|"
        "known[0] cluster1[0]|known[0] lower[-1]|known[0] lower[1]|known[0] short[-1] short[1]|known[0] lists[0]|"
        "initial[0] short[0]|initial[0] cluster1[0]|initial[0] lists[0]|initial[0] usage[0]|usage[0] short[0]|usage[0] lower[-1]|"
        "usage[0] lists[0]|usage[0] suffix3[0]|usage[0] cluster1[-1]|usage[0] usage[1]|usage[-1] usage[0]|style[0] short[0]|"
        "style[0] usage[0]|headusage[0] usage[0]|headcluster[0] usage[0]|headusage[0] short[0]|headcluster[0] lower[-1]"
    )
    own = "lower[0] short[0] suffix3[0] usage[0] known[0] lists[0] cluster1[0] initial[0] lower[-1] lower[1] short[1]"
    pairs += "".join(f"|domain[0] {slot}" for slot in own.split())
    for line in pairs.split("|"):
        parts = [part.rstrip("]").split("[") for part in line.split()]
        found.append(Template(tuple((int(offset), slot) for slot, offset in parts)))
    return tuple(found)


def exact_key(word: str) -> int:
    """Return the lexicon's key of a word as written."""
    return _hash("x", normal(word))


def folded_key(word: str) -> int:
    """Return the lexicon's key of a word's folded form."""
    return _hash("f", fold(word).strip())


def placed_keys(words: Sequence[str], known: Sequence[str], domain: str = "") -> list[tuple[int, ...]]:
    """Return the slots PLACED of a sentence's words, a row for each.

    They are the gazetteer's tag, whether a sentence or a quotation begins, whether the sentence is in capitals or in title case, and
    ``domain``, the corpus in training if its annotation differs (``ops.train.data.Source``), else empty.
    """
    letters = [word for word in words if word[0].isalpha()]
    long = [word for word in letters if len(word) > 3]
    style, own = 1, _hash("d", domain) if domain else 0
    if len(letters) > 1 and all(map(str.isupper, letters)):
        style = 2
    elif len(long) > 3 and sum(word[0].isupper() for word in long) > 0.9 * len(long):
        style = 3
    placed: list[tuple[int, ...]] = []
    before = "."
    for number, word in enumerate(words):
        initial = 1 if number == 0 or (number == 1 and not before[0].isalnum()) else 2 if before[0] in _OPENING else 3
        placed.append((_hash("k", known[number]) if known[number] else 7, initial, style, own))
        before = word
    return placed


def _hash(kind: str, value: str) -> int:
    # 0 means that a slot is empty.
    return crc32(f"{kind}={value}".encode()) or 1


def normal(word: str) -> str:
    """Return a word with all digits replaced by 0, as the lexicon has it."""
    return _DIGIT.sub("0", word)


def shape(word: str) -> str:
    """Return a word's shape: X for a capital, x for a small letter, 0 for a digit, l for a letter without case, else the character."""
    return "".join(
        "X" if letter.isupper() else "x" if letter.islower() else "0" if letter.isdigit() else "l" if letter.isalpha() else letter
        for letter in word
    )


def written_slots(word: str) -> list[int]:
    """Return the slots from the letters of a word: WRITTEN, then GRAM_SLOTS."""
    exact = normal(word)
    lower = exact.lower()
    length = len(lower)
    full = shape(word)
    slots = [_hash("w", lower), _hash("x", exact)]
    slots += [_hash("p", exact[:n]) if n <= length else 0 for n in range(1, PREFIXES + 1)]
    slots += [_hash("s", lower[-n:]) if n <= length else 0 for n in range(1, SUFFIXES + 1)]
    slots += [_hash("shape", full[:10]), _hash("short", _RUN.sub(r"\1", full)[:8]), _hash("length", str(min(length, 20) // 2))]
    first, hyphen, last = lower.rpartition("-")
    slots += [_hash("first", first), _hash("last", last)] if hyphen else [0, 0]
    grams = [_hash("g", lower[at : at + 3]) for at in range(min(GRAMS, length - 2))]
    return slots + grams + [0] * (GRAMS - len(grams))


class Plan(NamedTuple):
    """Templates with the same number of parts: their columns, the salts of their keys, and the offsets and slots of each part."""

    columns: NDArray[np.intp]
    salts: NDArray[np.uint64]
    parts: tuple[tuple[NDArray[np.intp], NDArray[np.intp]], ...]


@lru_cache(maxsize=16)
def plans(chosen: tuple[int, ...]) -> tuple[Plan, ...]:
    """Return how to mix the chosen templates, by their number of parts."""
    found = []
    picked = [templates()[number] for number in chosen]
    for length in sorted({len(template.parts) for template in picked}):
        columns = [column for column, template in enumerate(picked) if len(template.parts) == length]
        salts = np.array([crc32(str(picked[column]).encode()) | 1 << 40 for column in columns], dtype=np.uint64)
        parts = [[picked[column].parts[place] for column in columns] for place in range(length)]
        arrays = tuple((np.array([offset for offset, _ in part]), np.array([SLOT[slot] for _, slot in part])) for part in parts)
        found.append(Plan(np.array(columns), salts, arrays))
    return tuple(found)


def mixed(slots: Hashes, rows: NDArray[np.intp], chosen: Sequence[int]) -> Hashes:
    """Return the keys of the chosen templates (columns) for the words in these ``rows`` of ``slots``; 0 where a slot is empty.

    ``slots`` has EDGE rows on each side of a sentence. A key is the upper half of a multiply-and-xor hash of 64 bits (Fowler, Noll & Vo).
    """
    found = np.empty((len(rows), len(chosen)), dtype=np.uint32)
    # In portions that stay in the processor's cache.
    for begin in range(0, len(rows), _PORTION):
        places = rows[begin : begin + _PORTION, None]
        for plan in plans(tuple(chosen)):
            key = np.broadcast_to(plan.salts, (len(places), len(plan.salts))).copy()
            there = np.ones(key.shape, dtype=bool)
            for offsets, columns in plan.parts:
                values = slots[places + offsets, columns]
                key ^= values
                key *= np.uint64(0x9E3779B97F4A7C15)
                key ^= key >> np.uint64(29)
                there &= values != 0
            key >>= np.uint64(32)
            key |= np.uint64(1)
            found[begin : begin + _PORTION, plan.columns] = key * there
    return found
