"""Copies of one report: a sketch of an article's wording that similar texts share.

Bottom-k sketch of word shingles (Broder 1997, "On the resemblance and containment of documents"): of the hashes of all three-word
sequences the smallest k. Two sketches estimate the Jaccard similarity of the texts, and their members can be looked up in an index.
"""

from heapq import nsmallest
from zlib import crc32

SKETCH_SIZE = 16
_VALUES = 1 << 32


def sketch(folded: str) -> tuple[int, ...]:
    """The smallest CRC-32 values of the text's three-word shingles, ascending, at most 16; of the whole text where it is shorter."""
    words = folded.encode("utf-8", "surrogatepass").split()
    if len(words) < 3:
        return (crc32(b" ".join(words)),) if words else ()
    hashes = map(crc32, map(b" ".join, zip(words, words[1:], words[2:], strict=False)))
    # Of evenly spread values three times as many as are needed lie under this one, so that few have to be compared and sorted.
    low = 3 * SKETCH_SIZE * _VALUES // len(words)
    found = list(hashes)
    few = {value for value in found if value < low}
    return tuple(sorted(few if len(few) >= SKETCH_SIZE else set(found))[:SKETCH_SIZE])


def similarity(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Estimated share of shingles in common, 0 to 1: of the k smallest of both together, those that both have."""
    size = max(len(one), len(other))
    if not size:
        return 0.0
    both = set(one) & set(other)
    return sum(value in both for value in nsmallest(size, {*one, *other})) / size
