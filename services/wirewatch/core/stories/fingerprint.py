"""Fingerprints of articles: numbers that depend on the wording, so that copies of one report share most of them.

A fingerprint is a bottom-k sketch of word shingles (Broder 1997, "On the resemblance and containment of documents"): the k smallest hashes
of all three-word sequences. Two fingerprints estimate the Jaccard similarity of their texts, and their numbers can be looked up in an
index.
"""

from heapq import nsmallest
from zlib import crc32

FINGERPRINT_SIZE = 16
_HASHES = 1 << 32


def fingerprint(folded: str) -> tuple[int, ...]:
    """Return the 16 smallest CRC-32 values of a folded text's three-word shingles, in ascending order.

    There are fewer if the text has fewer shingles; a text of one or two words has the value of the whole text, an empty one none.
    """
    words = folded.encode("utf-8", "surrogatepass").split()
    if len(words) < 3:
        return (crc32(b" ".join(words)),) if words else ()
    hashes = map(crc32, map(b" ".join, zip(words, words[1:], words[2:], strict=False)))
    # Hashes are spread evenly, so about three times as many as are needed lie below this one: few have to be compared and sorted.
    low = 3 * FINGERPRINT_SIZE * _HASHES // len(words)
    found = list(hashes)
    few = {value for value in found if value < low}
    return tuple(sorted(few if len(few) >= FINGERPRINT_SIZE else set(found))[:FINGERPRINT_SIZE])


def similarity(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Return the estimated Jaccard similarity of two texts, 0 to 1: the share of the k smallest hashes of both that both have."""
    size = max(len(one), len(other))
    if not size:
        return 0.0
    both = set(one) & set(other)
    return sum(value in both for value in nsmallest(size, {*one, *other})) / size
