"""Acronyms that an article explains: DIW, behind "Deutsches Institut für Wirtschaftsforschung (DIW)" or before it in brackets.

After Schwartz & Hearst 2003, "A simple algorithm for identifying abbreviation definitions in biomedical text": the letters of the acronym
stand in the name in the same order, the first of them at its beginning.
"""

import re
from collections.abc import Iterable, Iterator

from wirewatch.core.text.document import FieldText
from wirewatch.core.text.folding import fold
from wirewatch.core.text.spans import Span

_SHORT = r"[^\W\d_][\w&/.-]{1,9}"
_BEHIND = re.compile(rf"\s?\([\"„“«»”'‚‘]?({_SHORT})[\"“”«»'’]?[,;)]")
_BEFORE = re.compile(rf"(?<!\w)({_SHORT})\s?\([\"„“«»”'‚‘]?\Z")
# As far as an acronym and the bracket behind it reach.
_REACH = 14


def explained(field: FieldText, spans: Iterable[Span]) -> Iterator[tuple[str, Span]]:
    """Acronyms that stand beside the name they are short for, and that name's span."""
    if "(" not in field.text:
        return
    for span in spans:
        start, end, _ = span
        behind = _BEHIND.match(field.text, end)
        before = _BEFORE.search(field.text[max(0, start - _REACH) : start])
        for found in (behind, before):
            if found and is_short_for(found[1], field.folded[start:end]):
                yield found[1], span


def is_short_for(short: str, folded: str) -> bool:
    """Whether a word in capitals, mostly, may be short for a folded name of more letters."""
    letters = fold(short).replace(" ", "")
    capitals = sum(map(str.isupper, short))
    if capitals < 2 or 2 * capitals < len(letters) or len(folded.replace(" ", "")) < len(letters) + 2:
        return False
    rest = iter(folded)
    return folded.startswith(letters[0]) and all(letter in rest for letter in letters)


def places(field: FieldText, short: str) -> Iterator[tuple[int, int]]:
    """Where an acronym stands by itself, written in just this way."""
    for found in re.finditer(rf"(?<![\w&-]){re.escape(short)}(?![\w&])", field.text):
        yield found.span()
