"""All forms of the adjectives of states (adjectives.csv), such as russische and russischen.

The column of a language has what the forms are made from: the stem if every form is the stem with an ending (German, Slavic languages),
else the masculine, and the feminine and plurals if they are irregular. For a language without endings here the column lists all forms.
"""

import csv
from collections.abc import Iterator
from pathlib import Path

from wirewatch.core.text.folding import fold

_ENDINGS = {
    "de": ("e", "en", "er", "em", "es"),
    "en": ("",),
    "ru": tuple("ий ого ому им ом ая ой ую ое ие их ими".split()),
    "uk": tuple("ий ого ому им ім а ої ій у ою е і их ими".split()),
    "pl": tuple("i iego iemu im a iej ą ie ich imi".split()),
}
# Endings if the masculine ends in -o, and endings of other words.
_OF_O = {"es": ("o", "a", "os", "as"), "pt": ("o", "a", "os", "as"), "it": ("o", "a", "i", "e")}
_OF_OTHERS = {"fr": ("", "s"), "es": ("", "s", "es"), "pt": ("", "s", "es")}


def adjectives(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield the id of a state, the language (ISO 639-1) and the folded form, for each form."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            state = row.pop("id")
            for language, words in row.items():
                for word in words.split("|"):
                    for form in sorted(_forms(word, language)):
                        yield state, language, " ".join(fold(form).split())


def _forms(word: str, language: str) -> set[str]:
    if language in _ENDINGS:
        # "Schweizer" is the same in all its forms.
        return (
            {word} if language == "de" and word[0].isupper() and word.endswith("er") else {word + ending for ending in _ENDINGS[language]}
        )
    if word.endswith("o") and language in _OF_O:
        return {word[:-1] + ending for ending in _OF_O[language]}
    if language == "it":
        return {word, word[:-1] + "i"} if word.endswith("e") else {word}
    return {word + ending for ending in _OF_OTHERS.get(language, ("",))}
