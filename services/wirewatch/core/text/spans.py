"""Spans of names in a text: which of those that overlap stays, and what of one is no part of the name."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import TypeVar

from wirewatch.core.article import EntityType
from wirewatch.core.entities.context import ARTICLES, is_title, previous_word
from wirewatch.core.text.document import FieldText

# Start and end in code points, and whom it names: a gazetteer's entity by its index, a model's own by its id.
Span = tuple[int, int, int | str]
# A name in a text: start, end, type, in code points.
TypedSpan = tuple[int, int, EntityType]

# Prepositions behind which a place is no part of the name before it: Consejo de Seguridad en Nueva York, but Al Qaeda in Iraq.
_IN = frozenset({"en", "em", "в", "во", "у", "w", "we"})
# Opening quotation marks and those that may close them.
_QUOTES = {"«": "»", "»": "«", "„": "“”", "“": "”", '"': '"', "‹": "›"}
_DASHES = (" - ", " – ", " — ")
_ELIDED = ("l'", "l’", "L'", "L’")
# Nouns, folded, of places that are named after others.
_STREETS = frozenset(
    "rue avenue boulevard place quai pont porte gare aeroport port palais calle plaza avenida puente puerta "
    "estacion aeropuerto puerto palacio rua praca ponte estacao aeroporto via piazza corso stazione "
    "straße strasse platz улица площадь проспект мост вокзал аэропорт".split()
)
_GENITIVE = frozenset("de del des du d l la di della dell do da".split())
_PARTICLES = frozenset({"della", "delle", "degli", "dalla"})
_AND = re.compile(r",? (?:und|and|et|y|e|i|и|та) (?=\w)")


_AnySpan = TypeVar("_AnySpan", bound=tuple[int, int, object])


def overlapping(spans: Sequence[_AnySpan], start: int, end: int) -> Sequence[_AnySpan]:
    """Of spans in their order, none of which overlaps another, those that have something in common with this one."""
    return spans[bisect_right(spans, start, key=_end) : bisect_left(spans, end, key=_start)]


def _start(span: tuple[int, int, object]) -> int:
    return span[0]


def _end(span: tuple[int, int, object]) -> int:
    return span[1]


def longest(spans: Iterable[Span], *, first_wins: bool = True) -> list[Span]:
    """Spans that don't overlap, by their start: of two that do the longer stays, of equal ones that which begins first.

    ``first_wins``: of the very same span given twice, whether the first or the last stays.
    """
    order = sorted(spans, key=_by_start)
    kept: list[Span] = []
    for span in order:
        if kept and span[0] < kept[-1][1]:
            length, rival = span[1] - span[0], kept[-1][1] - kept[-1][0]
            if length < rival or (length == rival and (first_wins or span[0] != kept[-1][0])):
                continue
            kept.pop()
        kept.append(span)
    return kept


def _by_start(span: Span) -> tuple[int, int]:
    return span[0], -span[1]


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without blanks and punctuation at its ends, but for the dot of an abbreviation and quotation marks within the name."""
    while start < end:
        first, last, inside = text[start], text[end - 1], text[start + 1 : end - 1]
        if not first.isalnum() and not any(mark in inside for mark in _QUOTES.get(first, "")):
            start += 1
        elif not (last.isalnum() or (last == "." and text[end - 2].isupper()) or _opened(last, inside)):
            end -= 1
        else:
            break
    return start, end


def _opened(last: str, inside: str) -> bool:
    return any(last in closing and mark in inside for mark, closing in _QUOTES.items())


def narrowed(text: str, start: int, end: int, kind: EntityType, known: Iterable[TypedSpan] = ()) -> list[TypedSpan]:
    """A model's span without what can't be part of one name.

    That is a dateline before it, what is said about a person before or behind the name, an article (l'Aisne), and a known name that "and"
    joins to it.
    """
    for first, last, place in known:
        # Where a line begins with a known place and a dash: GENEVA - The …
        if place == "LOC" and start < last < end and text[last : last + 3] in _DASHES and text[first - 1 : first] in {"", "\n"}:
            start = last + 3
    if kind == "PER":
        if (comma := text.find(", ", start, end)) > start:
            end = comma
        for word in re.finditer(r"(?<!\S)[^\W\d_]{4,}(?= )", text[start:end]):
            if word[0].islower() and word[0] not in _PARTICLES:
                start += word.end() + 1
                return narrowed(text, start, end, kind, known)
    if text[start : start + 2] in _ELIDED and (text[start] == "l" or text[start + 2 : start + 3].islower()):  # not L'Aquila
        start += 2
    for first, last, _ in known:
        if first == start and last < end and (joined := _AND.match(text, last)):
            return narrowed(text, joined.end(), end, kind, known)
    return [(start, end, kind)]


def without_title(folded: str, start: int, end: int) -> int:
    """Where the name begins in a person's span, behind titles."""
    while True:
        word, _, rest = folded[start:end].partition(" ")
        if not is_title(word) or not rest.strip():
            return start
        start += len(word) + 1
        while folded[start] == " ":
            start += 1


def before_place(field: FieldText, start: int, end: int, places: Iterable[Span]) -> int:
    """Where a model's span ends if a known place stands at its end behind a preposition: before that; ``start`` if no name is left."""
    for place, place_end, _ in places:
        word, begin = previous_word(field, place)
        if place_end >= end and begin > start and word in _IN and field.text[begin - 1] == field.text[place - 1] == " ":
            name = trimmed(field.text, start, begin)
            return name[1] if any(map(str.isupper, field.text[start:begin])) else start
    return end


def stands(known: TypedSpan, model: TypedSpan, field: FieldText) -> bool:
    """Whether a name of the gazetteer stands against a model's span that overlaps it; both with their types."""
    known_start, known_end, known_kind = known
    start, end, kind = model
    if known_end - known_start >= end - start:
        return True
    before, last = field.text[start:known_start], known_end >= end - 1
    # The United States: an article before it makes no other name of it.
    if known_end == end and field.folded[start:known_start].rstrip() in ARTICLES:
        return True
    # Agency «Xinhua»: the name is what stands in quotation marks.
    if last and before[-1:] in _QUOTES:
        return True
    # Russisch Киев: a name in other letters is one of its own.
    if last and field.text[start].isalpha() and _alphabet(field.text[start]) != _alphabet(field.text[known_start]):
        return True
    # The mouth of the Amazon: what begins with a small letter is no name, what stands at its end is; but rue de Paris is one.
    words = field.folded[start:known_start].split()
    if last and kind == known_kind == "LOC" and field.text[start].islower() and words and words[-1] in _GENITIVE:
        return words[0] not in _STREETS
    # A full name at the end of what the model took for a person: what stands before it is a title.
    return last and kind == known_kind == "PER" and " " in field.folded[known_start:known_end]


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def within_word(text: str, start: int, end: int) -> bool:
    """Whether a hyphen joins what stands there to more letters."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return (before[1:] == "-" and before[0].isalnum()) or (after[:1] == "-" and after[1:].isalnum())
