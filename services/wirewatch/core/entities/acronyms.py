"""Last pass: acronyms that the article explains, as in "Deutsches Institut für Wirtschaftsforschung (DIW)" or the other way round.

After Schwartz & Hearst 2003, "A simple algorithm for identifying abbreviation definitions in biomedical text": the letters of the acronym
are in the name in the same order, the first of them at its beginning.
"""

import re
from collections.abc import Iterable, Iterator

from wirewatch.core.entities.state import Knowledge, State
from wirewatch.core.text.document import FieldText
from wirewatch.core.text.folding import fold
from wirewatch.core.text.spans import Owner, Span, longest

_SHORT = r"[^\W\d_][\w&/.-]{1,9}"
_AFTER = re.compile(rf"\s?\([\"„“«»”'‚‘]?({_SHORT})[\"“”«»'’]?[,;)]")
_BEFORE = re.compile(rf"(?<!\w)({_SHORT})\s?\([\"„“«»”'‚‘]?\Z")
# As far as an acronym and the bracket after it reach.
_REACH = 14


def acronyms(state: State, knowledge: Knowledge) -> None:
    """Give each acronym that the article explains to the entity it is short for, wherever it is written; other spans there are replaced.

    An entity that only a model found becomes the gazetteer's if that is known by the acronym.
    """
    meant: dict[str, Owner] = {}
    for found in state.fields:
        for short, (start, end, owner) in explained(found.field, found.spans):
            kind = knowledge.type_of(owner, state)
            # A place of one word has no acronym: "Ankara (AP)" names an agency.
            if kind in ("ORG", "MISC") or (kind == "LOC" and " " in found.field.folded[start:end]):
                meant.setdefault(short, owner)
    for short, owner in meant.items():
        named = knowledge.entity_called(fold(short), knowledge.type_of(owner, state)) if isinstance(owner, str) else None
        new_owner = owner if named is None else named
        for found in state.fields:
            spans = [(start, end, new_owner if old == owner else old) for start, end, old in found.spans]
            written = [(start, end, new_owner) for start, end in places(found.field, short)]
            found.spans = longest([*spans, *written], first_wins=False) if written else spans


def explained(field: FieldText, spans: Iterable[Span]) -> Iterator[tuple[str, Span]]:
    """Acronyms next to the name they are short for, and that name's span."""
    if "(" not in field.text:
        return
    for span in spans:
        start, end, _ = span
        after = _AFTER.match(field.text, end)
        before = _BEFORE.search(field.text[max(0, start - _REACH) : start])
        for found in (after, before):
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
    """Where an acronym is a word of its own, written in just this way."""
    for found in re.finditer(rf"(?<![\w&-]){re.escape(short)}(?![\w&])", field.text):
        yield found.span()
