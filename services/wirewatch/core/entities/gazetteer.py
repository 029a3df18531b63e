"""Known names: entities, the folded forms their names are found by, and the rules for a form that could be something else."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from wirewatch.core.article import EntityType
from wirewatch.core.entities.inflection import CYRILLIC, case_forms, german_adjective_forms
from wirewatch.core.text.folding import fold, spellings
from wirewatch.core.text.languages import Languages

_GERMAN_DIGRAPHS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_CYRILLIC = re.compile(r"[Ѐ-ӿ]")
# Ids, which differ from names by their looks: Wikidata's, GeoNames', ours, a model's.
_ID = re.compile(r"Q\d+|geonames:\d+|ww:\S+|name:(?:PER|ORG|LOC|MISC):\S+")
# Up to this many letters, a name in capitals is found in capitals only: WHO, IS, US.
_ACRONYM = 3


class Rule(NamedTuple):
    """When a form counts that could be something else.

    ``exact``: only in capitals. ``any_case``: with a small initial too. ``person``: it is a given name or surname as well. ``common``: in
    some languages it is a word, see ``Gazetteer.words``. ``cue``: only after a preposition of place. ``adjective``: of a state, and counts
    only beside its government. ``only``: only in these languages, or in all if empty.
    """

    exact: bool = False
    any_case: bool = False
    person: bool = False
    common: bool = False
    cue: bool = False
    adjective: bool = False
    only: frozenset[str] = frozenset()

    def __str__(self) -> str:
        flags = [name for name in self._fields[:-1] if getattr(self, name)]
        return ",".join([*flags, *sorted(self.only)])

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what ``str`` wrote."""
        words = set(filter(None, text.split(",")))
        exact, any_case, person, common, cue, adjective = (flag in words for flag in cls._fields[:-1])
        return cls(exact, any_case, person, common, cue, adjective, frozenset(words - set(cls._fields)))


class Identity(NamedTuple):
    """Whom or what a name means."""

    id: str
    type: EntityType
    name: str


@dataclass(frozen=True, slots=True)
class GazetteerEntry:
    """One entity as a user's file has it. ``languages`` (ISO 639-1): of the articles it may be found in; all if empty."""

    id: str
    type: EntityType
    name: str
    aliases: tuple[str, ...] = ()
    languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """All known names.

    ``patterns[i]`` is a folded form of ``entities[owners[i]]``'s name, under ``rules[rule_of[i]]``; ``rules[0]`` has no conditions. Each
    form is there once, forms of one entity next to each other. ``surnames``: folded surnames, by entity, where they aren't the last word of
    the full name. ``words``: folded common words with the languages that write them small, ``nouns``: with those that may write them with
    a capital. ``suppressed_*``: what isn't to be found by a model either.
    """

    version: str
    entities: Sequence[Identity]
    patterns: Sequence[str]
    owners: Sequence[int]
    rules: Sequence[Rule]
    rule_of: Sequence[int]
    surnames: Mapping[int, Sequence[str]]
    given_names: frozenset[str]
    words: Mapping[str, frozenset[str]]
    nouns: Mapping[str, frozenset[str]]
    suppressed_ids: frozenset[str] = frozenset()
    suppressed_names: frozenset[str] = frozenset()

    def forms_of(self, owner: int) -> tuple[int, int]:
        """The range of an entity's forms in ``patterns``."""
        return bisect_left(self.owners, owner), bisect_right(self.owners, owner)


EMPTY = Gazetteer("none", (), (), (), (Rule(),), (), {}, frozenset(), {}, {})
"""No names at all, to extend."""


def folded_spellings(name: str) -> set[str]:
    """A name folded in all its spellings: Köln, Koeln; ß, ss; St. Kitts, St Kitts."""
    if name.isascii():
        folded = fold(name).strip()
        return {folded, " ".join(folded.split())}
    found = set()
    for written in {name, name.translate(_GERMAN_DIGRAPHS)}:
        for spelling in spellings(fold(written).strip()):
            found |= {spelling, " ".join(spelling.split())}
    return found


def forms(name: str, kind: EntityType, languages: Languages, spoken: Iterable[str] = ()) -> dict[str, Rule]:
    """All folded forms a name is found by, with their rules. ``spoken``: codes of the languages the name is of; by its script if empty."""
    bare = name.strip()
    folded = folded_spellings(bare)
    letters = [letter for letter in bare if letter.isalpha()]
    capitals = bool(letters) and all(map(str.isupper, letters))
    exact = capitals and len(letters) <= _ACRONYM
    base = Rule(exact=exact, any_case=bare[:1].islower())
    found = dict.fromkeys(folded, base)
    algorithms = {code: languages.of(code).case_forms for code in sorted(set(spoken) or _languages_of_script(bare, languages))}
    for form in sorted(folded) if not capitals else ():
        for code, algorithm in algorithms.items():
            if algorithm != "german":
                # Latin letters are shared by languages in which a Polish form may be another word.
                rule = base if _CYRILLIC.search(form) else base._replace(only=frozenset({code}))
                found |= dict.fromkeys(case_forms(form, algorithm, person=kind == "PER") - found.keys(), rule)
        if "german" in algorithms.values() and kind != "PER":
            found |= dict.fromkeys(german_adjective_forms(form) - found.keys(), base)
    # German puts names of any language into the genitive.
    if german := frozenset(code for code, language in languages.by_code.items() if language.case_forms == "german"):
        for form in [form for form, rule in found.items() if not (rule.only or rule.exact)]:
            for genitive in case_forms(form, "german", person=kind != "ORG"):
                found.setdefault(genitive, base._replace(only=german))
    return {form: rule for form, rule in found.items() if form}


def _languages_of_script(name: str, languages: Languages) -> set[str]:
    return {code for code, language in languages.by_code.items() if language.case_forms in CYRILLIC} if _CYRILLIC.search(name) else set()


def extended(
    base: Gazetteer, entries: Sequence[GazetteerEntry], suppressed: Iterable[str] = (), *, languages: Languages, version: str
) -> Gazetteer:
    """A gazetteer with a user's entries in front, and without what they suppress: ids or names.

    A form that the base has too now means the user's entity. An entry with the id of one in the base adds names to it.
    """
    by_id = {entity.id: index for index, entity in enumerate(base.entities)}
    ids, names = _suppressions(suppressed, by_id.keys() | {entry.id for entry in entries}, languages)
    entities = list(base.entities)
    rule_index = {rule: index for index, rule in enumerate(base.rules)}
    user_forms: dict[str, tuple[int, int]] = {}
    for entry in entries:
        owner = by_id.setdefault(entry.id, len(entities))
        entities[owner : owner + 1] = [Identity(entry.id, entry.type, entry.name)]
        for form, rule in _forms_of(entry, languages):
            user_forms.setdefault(form, (owner, rule_index.setdefault(rule, len(rule_index))))
    removed = {by_id[known] for known in ids & by_id.keys()}
    kept = [
        row
        for row in (
            *((form, owner, rule) for form, (owner, rule) in user_forms.items()),
            *(row for row in zip(base.patterns, base.owners, base.rule_of, strict=True) if row[0] not in user_forms),
        )
        if row[1] not in removed and row[0] not in names
    ]
    kept.sort(key=lambda row: row[1])  # forms of one entity next to each other again
    return replace(
        base,
        version=version,
        entities=entities,
        patterns=[form for form, _, _ in kept],
        owners=[owner for _, owner, _ in kept],
        rules=tuple(rule_index),
        rule_of=[rule for _, _, rule in kept],
        suppressed_ids=base.suppressed_ids | ids,
        suppressed_names=base.suppressed_names | names,
    )


def _forms_of(entry: GazetteerEntry, languages: Languages) -> Iterator[tuple[str, Rule]]:
    for name in (entry.name, *entry.aliases):
        for form, rule in forms(name, entry.type, languages, entry.languages).items():
            only = rule.only & entry.languages if rule.only and entry.languages else rule.only | entry.languages
            if only or not rule.only:  # else a form of a language in which the entry isn't looked for
                yield form, rule._replace(only=only)


def _suppressions(suppressed: Iterable[str], known: AbstractSet[str], languages: Languages) -> tuple[frozenset[str], frozenset[str]]:
    """Split into ids and the folded forms of names."""
    lines = set(suppressed)
    ids = {line for line in lines if line in known or _ID.fullmatch(line)}
    return frozenset(ids), frozenset(form for line in lines - ids for form in forms(line, "MISC", languages))
