"""What the words in a name and before it tell of its type, more surely than a model that has never seen it."""

import re
from collections.abc import Iterable, Iterator

from wirewatch.core.article import EntityType
from wirewatch.core.entities.context import previous_word
from wirewatch.core.text.document import FieldText

# Folded nouns that stand before the name of a place, with "of" or without: mont Hermon, embalse del Duero, Fluss Brenz.
_PLACES = frozenset(
    "berg dorf fluss gemeinde hafen insel ort provinz region stadt see vorort "
    "city county island lake mount port province river town village "
    "commune departement fleuve foret ile lac mont plage plaine pont port riviere ville village "
    "bahia barrio ciudad embalse isla lago localidad monte municipio playa provincia pueblo puente puerto ria rio valle "
    "bairro cidade ilha praia serra citta fiume isola paese spiaggia "
    "город города городе деревня деревне деревни озеро остров острове поселок поселка поселке река реки реке село селе "
    "район районе станица гора горе "
    "місто міста місті село селі річка річки озеро острів miasto miasta miescie rzeka rzeki jezioro wyspa wies".split()
)
_OF = frozenset({"of", "de", "del", "du", "d", "des", "di", "do", "da", "von"})
# Prepositions behind which a single word is a place rather than somebody.
_IN = {
    "de": frozenset({"in", "aus"}),
    "en": frozenset({"in"}),
    "fr": frozenset({"en", "depuis"}),
    "es": frozenset({"en", "desde"}),
    "pt": frozenset({"em", "desde"}),
    "ru": frozenset({"в", "во", "из"}),
}
# First or, in Germanic languages, last words of what is nobody's name.
_BODIES = frozenset(
    "museum institut universitat stiftung institute university museum musee fondation opera theatre universite association stade "
    "museo fundacion orquesta universidad asociacion centro estadio teatro fundacao universidade associacao "
    "музей театр университет институт фонд".split()
)
_BODIES_LAST = frozenset(
    "museum philharmonic orchestra university institute opera foundation county council theatre theater "
    "institut universitat orchester philharmoniker stiftung verein verlag".split()
)
_BEFORE = re.compile(
    r"(?<!\w)(?:\d\. )?(?:FC|FK|SC|AC|AS|SV|CF|CD|PSV|RB|VfB|VfL|TSV|Arminia|Atl[ée]tico|Borussia|D[iy]namo|Eintracht|Fortuna|Hapoel|Hertha"
    r"|Inter|Lokomotiv[ea]?|Maccabi|Olympique|Partizan|Racing|Rapid|Real|Red Bull|Slavia|Sparta|Spartak|Sporting|Sturm|ФК|ЦСКА"
    r"|Динамо|Спартак|Локомотив) \Z"
)
_BEHIND = re.compile(r" (?:FC|AFC|CF|SC|United|Rovers|Wanderers|Athletic|Albion|Hotspur|Villa|Saint-Germain)(?!\w)")
# As far as the words before a club's town reach.
_REACH = 16


def corrected(field: FieldText, start: int, end: int, kind: EntityType, language: str) -> EntityType:
    """The type of a name that a model found as ``kind``."""
    words = field.folded[start:end].split()
    if kind == "PER" and len(words) > 1 and (words[0] in _BODIES or words[-1] in _BODIES_LAST):
        return "ORG"
    word, begin = previous_word(field, start)
    if kind == "PER" and len(words) == 1 and word in _IN.get(language, ()):
        return "LOC"
    if word in _OF:
        word, begin = previous_word(field, begin)
    small = field.text[begin].islower() or language == "de"
    return "LOC" if kind != "ORG" and word in _PLACES and small else kind


def clubs(field: FieldText, places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int, EntityType]]:
    """Clubs that are named after one of the places found: Real Madrid, 1. FC Köln, Manchester United."""
    for start, end in places:
        before = _BEFORE.search(field.text[max(0, start - _REACH) : start])
        behind = _BEHIND.match(field.text, end)
        if before or behind:
            yield start - len(before[0]) if before else start, behind.end() if behind else end, "ORG"
