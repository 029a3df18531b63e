"""Makes the list of parts of German compounds from running text: ``python -m ops.german_parts.build TEXT.xz``.

The text has one sentence a line, with spaces between tokens. The list that ships was made from the plenary protocols of the German
Bundestag 2009-2015, which are official works and so free (section 5 UrhG; github.com/bundestag/plpr-scraper), and from ``curated.txt``.

A part is a noun: a capitalised word inside a sentence that is often after a determiner or an inflected adjective (names are not), can't be
split itself, and isn't an inflected form of a shorter word.
"""

import lzma
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

from wirewatch.adapters.files.compounds import END
from wirewatch.core.search.analysis import german_normal, searchable
from wirewatch.core.search.compounds import CompoundSplitter

HERE = Path(__file__).parent
TARGET = HERE.parent.parent / "services" / "wirewatch" / "data" / "german_parts.txt"
DETERMINERS = frozenset(
    "der die das den dem des ein eine einen einem einer eines kein keine keinen keiner keinem keines diese dieser dieses "
    "diesen diesem jede jeder jedes jeden jedem unsere unser unserer unseren unserem ihre ihr ihrer ihren ihrem seine sein "
    "seiner seinen seinem zur zum im am beim vom ins ans viele vielen mehr aller alle allen welche beiden".split()
)
ADJECTIVE_ENDINGS = ("e", "en", "er", "es", "em")
MIN_COUNT = 10
# The least share of a word's occurrences after a determiner or adjective; "Berlin" has 0.02, "Verkehr" 0.2, "Gipfel" 0.84.
MIN_DETERMINED = 0.15
# A curated part has at least this frequency.
CURATED_COUNT = 200
LENGTHS = range(4, 21)


class Counts:
    """How often each word, in search form, is a noun, a noun after a determiner, and in lower case."""

    def __init__(self, sentences: Iterable[str]) -> None:
        noun: Counter[str] = Counter()
        determined: Counter[str] = Counter()
        lower: Counter[str] = Counter()
        for sentence in sentences:
            previous = ""
            for word in sentence.split():
                if previous and word.isalpha():
                    if word.islower():
                        lower[word] += 1
                    elif word[1:].islower():
                        noun[word] += 1
                        determined[word] += previous in DETERMINERS or (previous.islower() and previous.endswith(ADJECTIVE_ENDINGS))
                previous = word
        self.noun, self.determined, self.lower = map(_in_search_form, (noun, determined, lower))


def _in_search_form(counts: Counter[str]) -> Counter[str]:
    merged: Counter[str] = Counter()
    for word, count in counts.items():
        merged[search_form(word)] += count
    return merged


def search_form(word: str) -> str:
    """Return a word as the splitter gets it."""
    return german_normal(searchable(word).strip())


def curated(text: str) -> Iterator[tuple[str, str]]:
    """Yield (word in search form, kind) for each line of curated.txt; the kind may be empty."""
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, _, kind = line.partition(" ")
            yield search_form(word), kind


def is_part(word: str, counts: Counts) -> bool:
    """Return False for names, for adjectives used as nouns (ending in -e, mostly in lower case), and for rare words."""
    count = counts.noun[word]
    return (
        count >= MIN_COUNT
        and len(word) in LENGTHS
        and counts.determined[word] >= MIN_DETERMINED * count
        and not (word.endswith("e") and counts.lower[word] > count)
        and counts.lower[word] < 20 * count
    )


def build(counts: Counts, entries: Iterable[tuple[str, str]]) -> list[str]:
    """Return the lines of the list."""
    special = dict(entries)
    parts = {word: max(CURATED_COUNT, counts.noun[word]) for word, kind in special.items() if kind in {"", "first", "head"}}
    first = {word for word, kind in special.items() if kind == "first"}
    whole = {word for word, kind in special.items() if kind == "whole"}
    nouns = sorted((word for word in counts.noun if word not in special and is_part(word, counts)), key=lambda word: (len(word), word))
    # Shorter words first, because longer ones are made of them.
    for _, words in groupby(nouns, key=len):
        splitter = CompoundSplitter(parts, first=first, whole=whole)
        for word in words:
            base = splitter.known(word)
            if base is not None:
                parts[base] += counts.noun[word]
            elif not splitter.split(word):
                parts[word] = counts.noun[word]
    marks = {word: f"\t{kind}" for word, kind in special.items() if kind in {"first", "head"}}
    return [
        *(f"{word}\t{count}{marks.get(word, '')}" for word, count in sorted(parts.items())),
        *(f"{word}\t0\twhole" for word in sorted(whole)),
    ]


def main(source: Path) -> None:
    """Count, and write the list."""
    with lzma.open(source, "rt", encoding="utf-8") as sentences:
        counts = Counts(sentences)
    lines = build(counts, curated((HERE / "curated.txt").read_text(encoding="utf-8")))
    heading = "# Parts of German compounds; made by ops/german_parts/build.py from protocols of the Bundestag (official works, free)."
    TARGET.write_text("\n".join((heading, *lines, END)), encoding="utf-8")
    print(f"{TARGET.name}: {len(lines)} lines")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
