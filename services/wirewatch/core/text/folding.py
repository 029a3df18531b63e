"""Folding that keeps the length: each code point becomes one code point, so offsets in the folded text are right in the original."""

import unicodedata

from wirewatch.core.text.character_map import CharacterMap

# Base letters of letters that Unicode doesn't decompose.
_BASE = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "ð": "d", "ŧ": "t"}
# Letters that Unicode would decompose although they are letters of their own: Russian й is not an accented и.
_WHOLE = frozenset("йїў")


def _fold_character(character: str) -> str:
    if unicodedata.category(character).startswith("M"):
        return character
    if not character.isalnum():
        return " "
    lower = character.lower()
    if len(lower) != 1:  # İ becomes i and a dot
        lower = lower[0]
    if lower in _WHOLE:
        return lower
    if lower in _BASE:
        return _BASE[lower]
    base = unicodedata.normalize("NFKD", lower)
    if len(base) > 1 and all(unicodedata.combining(mark) for mark in base[1:]):
        base = base[0]
    return base if len(base) == 1 else lower


_MAP = CharacterMap(_fold_character)


def fold(text: str) -> str:
    """Return text of the same length, in lower case, without accents, with a space for everything but letters, digits and combining marks.

    ß, æ and œ have no single base letter and are kept; ``spellings`` expands them.
    """
    return _MAP.apply(text)


def spellings(folded: str) -> set[str]:
    """Return a folded name in the spellings in use: as it is, and with ß as ss, æ as ae, œ as oe."""
    return {folded, folded.replace("ß", "ss").replace("æ", "ae").replace("œ", "oe")}
