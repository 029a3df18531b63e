"""Where a name begins and ends: what a model's span holds that is no part of the name, and when a known name counts instead of it."""

import re
import unicodedata
from collections.abc import Iterable

from wirewatch.core.entities.context import previous_word
from wirewatch.core.text.document import FieldText
from wirewatch.core.text.languages import LanguageData
from wirewatch.core.text.spans import Span, TypedSpan

# Opening quotation marks and those that may close them.
_QUOTES = {"«": "»", "»": "«", "„": "“”", "“": "”", '"': '"', "‹": "›"}
_DASHES = (" - ", " – ", " — ")
_ELIDED = ("l'", "l’", "L'", "L’")
# What may join two names: El País y La Nación.
_JOINING = re.compile(r",? (\w+) (?=\w)")


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A span without blanks and punctuation at its ends, except the dot of an abbreviation and quotation marks within the name."""
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


def narrowed(text: str, span: TypedSpan, language: LanguageData, known: Iterable[TypedSpan] = ()) -> TypedSpan:
    """A model's span without what can't be part of one name.

    That is a dateline before it, what is said about a person before or after the name, an article (l'Aisne), and a known name that "and"
    joins to it.
    """
    start, end, kind = span
    for first, last, place in known:
        # Where a line begins with a known place and a dash: GENEVA - The …
        if place == "LOC" and start < last < end and text[last : last + 3] in _DASHES and text[first - 1 : first] in {"", "\n"}:
            start = last + 3
    if kind == "PER":
        if (comma := text.find(", ", start, end)) > start:
            end = comma
        for word in re.finditer(r"(?<!\S)[^\W\d_]{4,}(?= )", text[start:end]):
            if word[0].islower() and word[0] not in language.name_particles:
                start += word.end() + 1
                return narrowed(text, (start, end, kind), language, known)
    if text[start : start + 2] in _ELIDED and (text[start] == "l" or text[start + 2 : start + 3].islower()):  # not L'Aquila
        start += 2
    for first, last, _ in known:
        joined = _JOINING.match(text, last) if first == start and last < end else None
        if joined and joined[1] in language.conjunctions:
            return narrowed(text, (joined.end(), end, kind), language, known)
    return start, end, kind


def without_title(folded: str, start: int, end: int, language: LanguageData) -> int:
    """Where the name begins in a person's span, after titles."""
    while True:
        word, _, rest = folded[start:end].partition(" ")
        if not language.is_title(word) or not rest.strip():
            return start
        start += len(word) + 1
        while folded[start] == " ":
            start += 1


def before_place(field: FieldText, start: int, end: int, places: Iterable[Span], language: LanguageData) -> int:
    """Where a model's span ends if a known place follows a preposition at its end: before that; ``start`` if no name is left.

    Consejo de Seguridad en Nueva York, but Al Qaeda in Iraq.
    """
    if language.prepositions_in_names:
        return end
    for place, place_end, _ in places:
        word, begin = previous_word(field, place)
        if (
            place_end >= end
            and begin > start
            and word in language.place_prepositions
            and field.text[begin - 1] == field.text[place - 1] == " "
        ):
            name = trimmed(field.text, start, begin)
            return name[1] if any(map(str.isupper, field.text[start:begin])) else start
    return end


def outranks(known: TypedSpan, model: TypedSpan, field: FieldText, language: LanguageData) -> bool:
    """Whether a name of the gazetteer counts instead of a model's span that overlaps it; both with their types."""
    known_start, known_end, known_kind = known
    start, end, kind = model
    if known_end - known_start >= end - start:
        return True
    before, last = field.text[start:known_start], known_end >= end - 1
    # The United States: an article before it makes no other name of it.
    if known_end == end and field.folded[start:known_start].rstrip() in language.articles:
        return True
    # Agency «Xinhua»: the name is what the quotation marks hold.
    if last and before[-1:] in _QUOTES:
        return True
    # Russisch Киев: a name in other letters is one of its own.
    if last and field.text[start].isalpha() and _alphabet(field.text[start]) != _alphabet(field.text[known_start]):
        return True
    # The mouth of the Amazon: what begins with a small letter is no name, the place at its end is; but rue de Paris is one.
    words = field.folded[start:known_start].split()
    if last and kind == known_kind == "LOC" and field.text[start].islower() and words and words[-1] in language.genitive_particles:
        return words[0] not in language.street_nouns
    # A full name at the end of what the model found as a person: the words before it are a title.
    return last and kind == known_kind == "PER" and " " in field.folded[known_start:known_end]


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def within_word(text: str, start: int, end: int) -> bool:
    """Whether a hyphen joins the span to more letters: NATO-Gipfel."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    return (before[1:] == "-" and before[0].isalnum()) or (after[:1] == "-" and after[1:].isalnum())
