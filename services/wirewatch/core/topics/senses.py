"""Decides which occurrences of one topic's terms count: not those inside an exception, inside a longer term, or in another sense."""

from bisect import bisect
from collections import Counter
from collections.abc import Container, Iterable, Sequence
from typing import NamedTuple

from wirewatch.core.topics.terms import Occurrence

# The lead: where a news text says what it is about, in characters.
LEAD = 500
# When the words around a term are cut out, each is assumed to have at most this many characters.
_LONGEST_WORD = 16


class Cancelled(NamedTuple):
    """An occurrence that doesn't count, and why."""

    occurrence: Occurrence
    reason: str


def settle(occurrences: Sequence[Occurrence], padded: Sequence[str]) -> tuple[list[Occurrence], list[Cancelled]]:
    """Return those of one topic's occurrences that count, in the order of the text and not overlapping, and those that don't.

    ``padded``: the document's folded fields, each with a space before and after it.
    """
    exceptions = _apart(found for found in occurrences if found.form.term is None)
    candidates, cancelled = [], []
    for found in occurrences:
        if found.form.term is None:
            continue
        over = _over(found, exceptions)
        if over is None or over.end - over.start < found.end - found.start:
            candidates.append(found)
        else:
            cancelled.append(Cancelled(found, f"part of {over.form.text!r}, an exception of the rule"))
    fitting, unfitting = _in_sense(candidates, padded)
    counting = _apart(fitting)
    return counting, [item for item in (*cancelled, *unfitting) if _over(item.occurrence, counting) is None]


def _apart(occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """Return the longest of overlapping occurrences, the heaviest of equally long ones, in the order of the text."""
    kept: list[Occurrence] = []
    for found in sorted(occurrences, key=lambda found: (found.start - found.end, -found.form.term.weight if found.form.term else 0.0)):
        if _over(found, kept) is None:
            kept.insert(bisect(kept, _place(found), key=_place), found)
    return kept


def _place(occurrence: Occurrence) -> tuple[int, int]:
    return occurrence.field, occurrence.start


def _over(occurrence: Occurrence, apart: Sequence[Occurrence]) -> Occurrence | None:
    """Return the first of ``apart`` that overlaps this occurrence; they are in the order of the text and don't overlap each other."""
    at = bisect(apart, _place(occurrence), key=_place)
    near = apart[max(0, at - 1) : at + 1]
    return next(
        (other for other in near if other.field == occurrence.field and other.start < occurrence.end and occurrence.start < other.end), None
    )


def _in_sense(occurrences: Iterable[Occurrence], padded: Sequence[str]) -> tuple[list[Occurrence], list[Cancelled]]:
    """Return the occurrences whose context fits, and the others.

    A word keeps its sense within a text (Gale, Church & Yarowsky 1992, "One sense per discourse"): if most occurrences of a term are in a
    context that speaks against them, the rest don't count either, unless they need a context that speaks for them and have it.
    """
    kept, cancelled = [], []
    against: Counter[str] = Counter()
    for found in occurrences:
        term = found.form.term
        window = _window(found, padded, term.within) if term and (term.near or term.unless) else ""
        other_sense = term.unless.found_in(window) if term and term.unless else None
        if other_sense:
            against[found.form.text] += 1
            cancelled.append(Cancelled(found, f"near {other_sense!r}, in another sense"))
        elif term and term.near and not term.near.found_in(window):
            cancelled.append(Cancelled(found, f"without the words it needs within {term.within}"))
        else:
            kept.append(found)
    count = Counter(found.form.text for found in kept)
    lost = {text for text, times in against.items() if times > count[text]}
    cancelled += [Cancelled(found, "in another sense elsewhere in the text") for found in kept if _loses(found, lost)]
    return [found for found in kept if not _loses(found, lost)], cancelled


def _loses(occurrence: Occurrence, lost: Container[str]) -> bool:
    return occurrence.form.text in lost and occurrence.form.term is not None and occurrence.form.term.near is None


def _window(occurrence: Occurrence, padded: Sequence[str], within: int) -> str:
    """Return ``within`` words on each side; for an occurrence in the title, the lead of the body follows them."""
    text = padded[occurrence.field]
    reach = within * _LONGEST_WORD
    before = text[max(0, occurrence.start + 1 - reach) : occurrence.start + 1].split()[-within:]
    after = text[occurrence.end + 1 : occurrence.end + 1 + reach].split()[:within]
    following = "".join(field[:LEAD] for field in padded[1:]) if occurrence.field == 0 and len(padded) > 1 else ""
    # The line break keeps words from both sides from making a phrase.
    return f" {' '.join(before)} \n {' '.join(after)} {following} "
