"""Adjectives of states, which are no names, but name the state where its government is meant: the Russian government, gobierno ruso."""

import re

from wirewatch.core.text.document import FieldText
from wirewatch.core.text.languages import LanguageData

# "the Russian foreign ministry", "ministère de la Défense russe": how many words may stand between, and how many letters they have.
_BETWEEN_BEFORE, _BETWEEN_AFTER, _REACH = 2, 3, 60
_PARTING = re.compile(r"[.,;:!?()\n]")


def names_government(field: FieldText, start: int, end: int, language: LanguageData) -> bool:
    """Whether the adjective of a state there belongs to a word for its government, in the same part of a sentence."""
    if language.state_adjectives == "before":
        stop = _PARTING.search(field.text, end, end + _REACH)
        near = field.folded[end : stop.start() if stop else end + _REACH].split()[: _BETWEEN_BEFORE + 1]
    else:
        begin = max(0, start - _REACH)
        marks = [mark.end() for mark in _PARTING.finditer(field.text, begin, start)]
        near = field.folded[marks[-1] if marks else begin : start].split()[-_BETWEEN_AFTER - 1 :]
    return any(f"{word} ".startswith(language.government_words) for word in near)
