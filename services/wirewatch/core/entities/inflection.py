"""Case forms of names, by algorithms that a language's file names (``case_forms``), and German names that begin with adjectives.

Names are folded (``core.folding``), so Polish ę is e and Russian ё is е. The rules are those of school grammars; they make too many forms
rather than too few: a form that nobody writes costs nothing, a missing one loses a mention.
"""

import re
from collections.abc import Iterable, Sequence

# (ending, its oblique forms: one for each case, same order in every row: genitive, dative, accusative, instrumental, prepositional).
_Row = tuple[str, tuple[str, str, str, str, str]]

_RU_ADJECTIVE: tuple[_Row, ...] = (
    ("ский", ("ского", "скому", "ского", "ским", "ском")),
    ("цкий", ("цкого", "цкому", "цкого", "цким", "цком")),
    ("ний", ("него", "нему", "ний", "ним", "нем")),
    ("кий", ("кого", "кому", "кий", "ким", "ком")),
    ("ый", ("ого", "ому", "ого", "ым", "ом")),
    ("ой", ("ого", "ому", "ого", "ым", "ом")),
    ("ая", ("ой", "ой", "ую", "ой", "ой")),
    ("яя", ("ей", "ей", "юю", "ей", "ей")),
    ("ое", ("ого", "ому", "ое", "ым", "ом")),
    ("ее", ("его", "ему", "ее", "им", "ем")),
    ("ые", ("ых", "ым", "ые", "ыми", "ых")),
    ("ие", ("их", "им", "ие", "ими", "их")),
)
_RU_SURNAME: tuple[_Row, ...] = (
    *((e, (f"{e}а", f"{e}у", f"{e}а", f"{e}ым", f"{e}е")) for e in ("ов", "ев", "ин", "ын")),
    *((f"{e}а", (f"{e}ой", f"{e}ой", f"{e}у", f"{e}ой", f"{e}ой")) for e in ("ов", "ев", "ин", "ын")),
)
_RU_NOUN: tuple[_Row, ...] = (
    ("штаты", ("штатов", "штатам", "штаты", "штатами", "штатах")),
    ("эмираты", ("эмиратов", "эмиратам", "эмираты", "эмиратами", "эмиратах")),
    ("нидерланды", ("нидерландов", "нидерландам", "нидерланды", "нидерландами", "нидерландах")),
    ("острова", ("островов", "островам", "острова", "островами", "островах")),
    ("силы", ("сил", "силам", "силы", "силами", "силах")),
    ("нации", ("наций", "нациям", "нации", "нациями", "нациях")),
    ("афины", ("афин", "афинам", "афины", "афинами", "афинах")),
    ("павел", ("павла", "павлу", "павла", "павлом", "павле")),
    ("ство", ("ства", "ству", "ство", "ством", "стве")),
    ("ово", ("ова", "ову", "ово", "овом", "ове")),
    *((f"{c}е", (f"{c}я", f"{c}ю", f"{c}е", f"{c}ем", f"{c}е")) for c in "лрь"),
    ("ие", ("ия", "ию", "ие", "ием", "ии")),
    ("ия", ("ии", "ии", "ию", "ией", "ии")),
    ("ий", ("ия", "ию", "ия", "ием", "ии")),
    ("ая", ("ой", "ой", "ую", "ой", "ой")),
    *((f"{c}а", (f"{c}и", f"{c}е", f"{c}у", f"{c}ой", f"{c}е")) for c in "гкх"),
    *((f"{c}а", (f"{c}и", f"{c}е", f"{c}у", f"{c}ей", f"{c}е")) for c in "жшщч"),
    ("ца", ("цы", "це", "цу", "цей", "це")),
    ("а", ("ы", "е", "у", "ой", "е")),
    ("я", ("и", "е", "ю", "ей", "е")),
    ("й", ("я", "ю", "я", "ем", "е")),
    *((c, (f"{c}а", f"{c}у", f"{c}а", f"{c}ем", f"{c}е")) for c in "жшщчц"),
    *((c, (f"{c}а", f"{c}у", f"{c}а", f"{c}ом", f"{c}е")) for c in "бвгдзклмнпрстфх"),
    ("ы", ("", "ам", "ы", "ами", "ах")),
)
_RU_SOFT_MASCULINE: _Row = ("ь", ("я", "ю", "я", "ем", "е"))
_RU_SOFT_FEMININE: _Row = ("ь", ("и", "и", "ь", "ью", "и"))

_UK_ADJECTIVE: tuple[_Row, ...] = (
    ("ий", ("ого", "ому", "ого", "им", "ому")),
    ("ія", ("ії", "ії", "ію", "ією", "ії")),
    ("а", ("ої", "ій", "у", "ою", "ій")),
    ("е", ("ого", "ому", "е", "им", "ому")),
    ("і", ("их", "им", "і", "ими", "их")),
)
_UK_SURNAME: tuple[_Row, ...] = (
    ("ий", ("ого", "ому", "ого", "им", "ому")),
    *((e, (f"{e}а", f"{e}у", f"{e}а", f"{e}им", f"{e}і")) for e in ("ов", "ев", "єв", "ін", "їн", "ин")),
    *((f"{e}а", (f"{e}ої", f"{e}ій", f"{e}у", f"{e}ою", f"{e}ій")) for e in ("ов", "ев", "єв", "ськ", "цьк")),
    ("ко", ("ка", "ку", "ка", "ком", "кові")),
)
_UK_NOUN: tuple[_Row, ...] = (
    ("штати", ("штатів", "штатам", "штати", "штатами", "штатах")),
    ("емірати", ("еміратів", "еміратам", "емірати", "еміратами", "еміратах")),
    ("нації", ("націй", "націям", "нації", "націями", "націях")),
    ("сили", ("сил", "силам", "сили", "силами", "силах")),
    ("ство", ("ства", "ству", "ство", "ством", "стві")),
    ("їв", ("єва", "єву", "їв", "євом", "єві")),
    ("ків", ("кова", "кову", "ків", "ковом", "кові")),
    ("львів", ("львова", "львову", "львів", "львовом", "львові")),
    ("ія", ("ії", "ії", "ію", "ією", "ії")),
    ("ій", ("ія", "ію", "ія", "ієм", "ії")),
    ("ка", ("ки", "ці", "ку", "кою", "ці")),
    ("га", ("ги", "зі", "гу", "гою", "зі")),
    ("ха", ("хи", "сі", "ху", "хою", "сі")),
    ("а", ("и", "і", "у", "ою", "і")),
    ("я", ("і", "і", "ю", "ею", "і")),
    ("й", ("я", "ю", "я", "єм", "ї")),
    *((c, (f"{c}а", f"{c}у", f"{c}а", f"{c}ем", f"{c}і")) for c in "жшщчц"),
    *((c, (f"{c}а", f"{c}у", f"{c}а", f"{c}ом", f"{c}і")) for c in "бвгґдзклмнпрстфх"),
    ("и", ("", "ам", "и", "ами", "ах")),
)
_UK_SOFT_MASCULINE: _Row = ("ь", ("я", "ю", "я", "ем", "і"))
_UK_SOFT_FEMININE: _Row = ("ь", ("і", "і", "ь", "ю", "і"))

# Polish: the consonant before the ending of the locative changes.
_PL_SOFTENED = {"d": "dz", "t": "c", "r": "rz"}
_PL_HARD = "bcdfgjlmnprstwz"


def _pl_locative(consonant: str) -> str:
    return f"{_PL_SOFTENED.get(consonant, consonant)}{'e' if consonant in 'rlcj' else 'ie'}"


_PL_ADJECTIVE: tuple[_Row, ...] = (
    ("ski", ("skiego", "skiemu", "skiego", "skim", "skim")),
    ("cki", ("ckiego", "ckiemu", "ckiego", "ckim", "ckim")),
    ("ska", ("skiej", "skiej", "ska", "ska", "skiej")),
    ("cka", ("ckiej", "ckiej", "cka", "cka", "ckiej")),
    ("y", ("ego", "emu", "ego", "ym", "ym")),
    ("a", ("ej", "ej", "a", "a", "ej")),
    ("e", ("ych", "ym", "e", "ymi", "ych")),
)
_PL_NOUN: tuple[_Row, ...] = (
    ("niemcy", ("niemiec", "niemcom", "niemcy", "niemcami", "niemczech")),
    ("chiny", ("chin", "chinom", "chiny", "chinami", "chinach")),
    ("wlochy", ("wloch", "wlochom", "wlochy", "wlochami", "wloszech")),
    ("wegry", ("wegier", "wegrom", "wegry", "wegrami", "wegrzech")),
    ("czechy", ("czech", "czechom", "czechy", "czechami", "czechach")),
    ("stany", ("stanow", "stanom", "stany", "stanami", "stanach")),
    ("narody", ("narodow", "narodom", "narody", "narodami", "narodach")),
    ("emiraty", ("emiratow", "emiratom", "emiraty", "emiratami", "emiratach")),
    ("pawel", ("pawla", "pawlowi", "pawla", "pawlem", "pawle")),
    ("stwo", ("stwa", "stwu", "stwo", "stwem", "stwie")),
    ("ska", ("ski", "sce", "ske", "ska", "sce")),
    ("ek", ("ka", "kowi", "ka", "kiem", "ku")),
    ("ka", ("ki", "ce", "ke", "ka", "ce")),
    ("ga", ("gi", "dze", "ge", "ga", "dze")),
    ("ja", ("ji", "ji", "je", "ja", "ji")),
    ("ia", ("ii", "ii", "ie", "ia", "ii")),
    *((f"{c}a", (f"{c}y", _pl_locative(c), f"{c}e", f"{c}a", _pl_locative(c))) for c in _PL_HARD if c != "j"),
    *((c, (f"{c}a", f"{c}owi", f"{c}u", f"{c}iem", f"{c}u")) for c in "kg"),
    *((c, (f"{c}a", f"{c}owi", f"{c}u", f"{c}em", f"{c}u")) for c in "hjlcz"),
    *((c, (f"{c}a", f"{c}owi", f"{c}u", f"{c}em", _pl_locative(c))) for c in _PL_HARD),
)

# What is no living being may have its genitive in -u: Європейського Союзу, Związku Radzieckiego.
_GENITIVE_U: dict[str, tuple[_Row, ...]] = {
    "russian": (),
    "ukrainian": tuple((c, (f"{c}у", f"{c}у", c, f"{c}ом", f"{c}і")) for c in "бвгґдзклмнпрстфх"),
    "polish": (
        ("ek", ("ku", "kowi", "ek", "kiem", "ku")),
        *((c, (f"{c}u", f"{c}owi", c, f"{c}em", _pl_locative(c))) for c in _PL_HARD),
    ),
}

_FEMALE = {"russian": ("а", "я"), "ukrainian": ("а", "я"), "polish": ("a",)}
_MALE_IN_A = frozenset("илья никита лука фома кузьма данила микола ілля савва kuba barnaba".split())
CYRILLIC = frozenset({"russian", "ukrainian"})
"""The algorithms for names in Cyrillic letters."""
_LATIN = re.compile(r"[a-zß]")
_GERMAN_ADJECTIVE_ENDINGS = ("e", "en", "er", "es", "em")


def case_forms(name: str, algorithm: str, *, person: bool) -> set[str]:
    """The name's oblique forms by this algorithm (none without one), without the name itself."""
    if algorithm == "german":
        return set(german_genitives(name, organisation=not person))
    words = name.split()
    if algorithm not in _FEMALE or not words:
        return set()
    paradigms = _person(words, algorithm) if person else _thing(words, algorithm)
    forms = {" ".join(case) for paradigm in paradigms for case in paradigm}
    if person and len(words) > 1:
        # East Asian names, of which only the last word is inflected: Ким Чен Ына, Си Цзиньпина.
        last = _person_word(words[-1], algorithm, female=False, given=True) if len(words) == 3 or len(words[0]) <= 3 else None
        forms |= {" ".join((*words[:-1], form)) for form in last or ()}
    return forms - {name}


def _person(words: Sequence[str], algorithm: str) -> Iterable[Iterable[tuple[str, ...]]]:
    first = words[0]
    female = len(words) > 1 and first.endswith(_FEMALE[algorithm]) and first not in _MALE_IN_A
    for foreign in (False, True):  # с Путиным, but с Дарвином
        rows = [
            _person_word(word, algorithm, female=female, given=foreign or index == 0 < len(words) - 1) or (word,) * 5
            for index, word in enumerate(words)
        ]
        yield zip(*rows, strict=True)


def _person_word(word: str, algorithm: str, *, female: bool, given: bool = False) -> tuple[str, ...] | None:
    if len(word) < 2:
        return None
    surnames, nouns = {
        "russian": ((*_RU_SURNAME, *_RU_ADJECTIVE[:2], *_RU_ADJECTIVE[4:6]), (*_RU_NOUN, _RU_SOFT_MASCULINE)),
        "ukrainian": (_UK_SURNAME, (*_UK_NOUN, _UK_SOFT_MASCULINE)),
        "polish": (_PL_ADJECTIVE[:4], _PL_NOUN),
    }[algorithm]
    rows = nouns if given else (*surnames, *nouns)
    # A woman's name that ends in a consonant stays: с Ангелой Меркель.
    return _decline(word, [row for row in rows if not female or row[0].endswith(("а", "я", "a"))])


def _thing(words: Sequence[str], algorithm: str) -> Iterable[Iterable[tuple[str, ...]]]:
    """Leading adjectives and the noun they stand by change, what follows is a genitive and stays: Совета Безопасности."""
    adjectives, nouns, soft = {
        "russian": (_RU_ADJECTIVE, _RU_NOUN, (_RU_SOFT_MASCULINE, _RU_SOFT_FEMININE)),
        "ukrainian": (_UK_ADJECTIVE, _UK_NOUN, (_UK_SOFT_MASCULINE, _UK_SOFT_FEMININE)),
        "polish": (_PL_ADJECTIVE, _PL_NOUN, (_PL_NOUN[0],)),
    }[algorithm]
    leading = 0
    while leading < len(words) - 1 and _is_adjective(words[leading], algorithm):
        leading += 1
    front = [_decline(word, adjectives) or (word,) * 5 for word in words[:leading]]
    back: list[tuple[str, ...]] = [(word,) * 5 for word in words[leading + 1 :]]
    if algorithm == "polish" and len(words) > 1 and not leading and _is_adjective(words[1], algorithm):
        back[0] = _decline(words[1], adjectives) or (words[1],) * 5  # Unia Europejska, Stany Zjednoczone
    heads: set[tuple[str, ...] | None] = {_decline(words[leading], [*nouns, row]) for row in soft}
    heads.add(_decline(words[leading], _GENITIVE_U[algorithm]))
    if len(words) == 1 and algorithm == "russian":
        heads.add(_decline(words[0], _RU_ADJECTIVE))
    paradigms = [zip(*front, head, *back, strict=True) for head in heads if head]
    if len(words) == 2 and not leading:
        # Hyphenated names change at the end: Санкт-Петербурга, Шри-Ланки.
        paradigms += [zip((words[0],) * 5, last, strict=True) for row in soft if (last := _decline(words[1], [*nouns, row]))]
    return paradigms


def _is_adjective(word: str, algorithm: str) -> bool:
    endings = {
        "russian": ("ый", "ий", "ой", "ая", "яя", "ое", "ее", "ые", "ие"),
        "ukrainian": ("ий", "ька", "на", "ьке", "не", "ькі", "ні"),
        "polish": ("ska", "cka", "ski", "cki", "skie", "ckie", "ny", "na", "ne", "wy", "wa", "we"),
    }[algorithm]
    return len(word) > 3 and word.endswith(endings)


def _decline(word: str, rows: Iterable[_Row]) -> tuple[str, ...] | None:
    for ending, forms in rows:
        if word.endswith(ending) and len(word) >= len(ending):
            stem = word[: len(word) - len(ending)]
            return tuple(stem + form for form in forms)
    return None


def german_genitives(form: str, *, organisation: bool) -> tuple[str, ...]:
    """Putins, Bundestages: a German genitive is made of any name in Latin letters; -es of an ``organisation`` only."""
    if not _LATIN.match(form[-1:]) or form[-1] in "sxzß" or len(form) < 2:
        return ()
    ending = form[-2:]
    return (f"{form}s", f"{form}es") if organisation and ending in {"at", "ag", "mt", "nd", "us", "uz"} else (f"{form}s",)


def german_adjective_forms(name: str) -> set[str]:
    """Forms of a German name that begins with adjectives: deutsche, deutschen, deutscher welle; without the name itself."""
    words = name.split()
    leading = 0
    while leading < len(words) - 1 and len(words[leading]) > 3 and words[leading].endswith(_GERMAN_ADJECTIVE_ENDINGS):
        leading += 1
    stems = [word[: -1 if word.endswith("e") else -2] for word in words[:leading]]
    # All of them, or the first alone: Neuen Zürcher Zeitung.
    forms = {
        " ".join((*(stem + ending for stem in stems[:changed]), *words[changed:]))
        for changed in {1, leading}
        for ending in _GERMAN_ADJECTIVE_ENDINGS
        if leading
    }
    return forms - {name}
