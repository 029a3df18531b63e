"""Folding that keeps the length: one code point in, one out, so that an offset in the folded text holds in the original."""

import unicodedata

from wirewatch.core.text.character_map import CharacterMap

# Letters whose base letter Unicode does not decompose to.
_BASE = {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "ð": "d", "ŧ": "t"}
# Letters of their own that Unicode would take apart: Russian й is no accented и.
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
    """Lower case, without accents, everything but letters, digits and combining marks a space; same length as ``text``.

    ß, æ and œ have no single base letter and stay: who compares spellings expands them (``spellings``).
    """
    return _MAP.apply(text)


def spellings(folded: str) -> set[str]:
    """A folded name in the spellings in use: ß as ss, æ as ae, œ as oe."""
    return {folded, folded.replace("ß", "ss").replace("æ", "ae").replace("œ", "oe")}
