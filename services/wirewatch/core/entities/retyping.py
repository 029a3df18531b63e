"""What the words in a name and before it say of its type, more surely than a model that has never seen it."""

import re
from collections.abc import Iterable, Iterator

from wirewatch.core.article import EntityType
from wirewatch.core.entities.context import previous_word
from wirewatch.core.text.document import FieldText
from wirewatch.core.text.languages import LanguageData

_BEFORE = re.compile(
    r"(?<!\w)(?:\d\. )?(?:FC|FK|SC|AC|AS|SV|CF|CD|PSV|RB|VfB|VfL|TSV|Arminia|Atl[ée]tico|Borussia|D[iy]namo|Eintracht|Fortuna|Hapoel|Hertha"
    r"|Inter|Lokomotiv[ea]?|Maccabi|Olympique|Partizan|Racing|Rapid|Real|Red Bull|Slavia|Sparta|Spartak|Sporting|Sturm|ФК|ЦСКА"
    r"|Динамо|Спартак|Локомотив) \Z"
)
_AFTER = re.compile(r" (?:FC|AFC|CF|SC|United|Rovers|Wanderers|Athletic|Albion|Hotspur|Villa|Saint-Germain)(?!\w)")
# As far as the words before a club's town reach.
_REACH = 16


def corrected(field: FieldText, start: int, end: int, kind: EntityType, language: LanguageData) -> EntityType:
    """The type of a name that a model found as ``kind``."""
    words = field.folded[start:end].split()
    if kind == "PER" and len(words) > 1 and (words[0] in language.organisation_nouns or words[-1] in language.organisation_nouns_last):
        return "ORG"
    word, begin = previous_word(field, start)
    if kind == "PER" and len(words) == 1 and word in language.place_prepositions:
        return "LOC"
    if word in language.genitive_particles:
        word, begin = previous_word(field, begin)
    # With a capital, the noun of a language that writes nouns small is part of the name.
    is_noun = field.text[begin].islower() or language.nouns_are_capitalised
    return "LOC" if kind != "ORG" and word in language.place_nouns and is_noun else kind


def clubs(field: FieldText, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, EntityType]]:
    """Clubs that are named after one of the places found: Real Madrid, 1. FC Köln, Manchester United."""
    for start, end in places:
        before = _BEFORE.search(field.text[max(0, start - _REACH) : start])
        after = _AFTER.match(field.text, end)
        if before or after:
            yield start - len(before[0]) if before else start, after.end() if after else end, "ORG"
