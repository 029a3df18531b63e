"""Which entity each form of a name means, and under which conditions; what was refused or lost is kept, with the reason."""

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ops.gazetteer import sources
from ops.gazetteer.adjectives import adjectives
from ops.gazetteer.sources import Draft

from wirewatch.adapters.files.languages import load_languages
from wirewatch.core.entities.gazetteer import Rule, folded_spellings, forms
from wirewatch.core.text.folding import fold
from wirewatch.core.text.languages import Languages

# A city that shares its name with persons is found anywhere if it has this population; a smaller one only after "in", "near" …
KNOWN_CITY = 500_000
# A full name may be anyone's if the persons with its given name times those with its surname are over this number.
ANYONE = 1500
# Reasons for a loss.
CLAIMED = "an entity of higher rank has it"
OWN_NAME = "the main name of another city"
NAMESAKES = "two politicians, equally well known"
_GERMAN = frozenset({"de"})
# Nouns in names of places, which a text may write in lower case: île de la Cité, península ibérica, mont Hermon.
_NOUNS_OF_PLACES = frozenset(
    "ile iles lac mont monts fleuve golfe mer peninsule presqu detroit canal col vallee plateau archipel "
    "isla islas lago monte rio ria golfo mar peninsula estrecho valle archipielago sierra "
    "ilha ilhas estreito serra isola isole fiume stretto penisola "
    "остров острова озеро море река залив полуостров пролив гора острів острови озеро річка затока півострів протока "
    "wyspa wyspy jezioro rzeka zatoka polwysep ciesnina gora gory".split()
)


@dataclass(slots=True)
class Lexicon:
    """What names are checked against. Words are folded. ``dropped``: the reason for each (name, id), or (name, empty text) for any id.

    ``words`` are common words in lower case, ``nouns`` those with a capital, both with their languages; ``given`` and ``surnames`` count
    persons.
    """

    words: dict[str, frozenset[str]]
    nouns: dict[str, frozenset[str]]
    dropped: dict[tuple[str, str], str]
    given: Counter[str] = field(default_factory=Counter)
    surnames: Counter[str] = field(default_factory=Counter)
    languages: Languages = field(default_factory=load_languages)


class Loss(NamedTuple):
    """A form that an entity didn't get, and which entity has it, if that is the reason."""

    form: str
    draft: Draft
    reason: str
    other: Draft | None = None


@dataclass(slots=True)
class Claims:
    """Which entity each form means: the first one to claim it."""

    owner: dict[str, Draft] = field(default_factory=dict)
    rule: dict[str, Rule] = field(default_factory=dict)
    losses: list[Loss] = field(default_factory=list)
    report: Counter[str] = field(default_factory=Counter)
    ambiguous: dict[str, list[Draft]] = field(default_factory=dict)

    def claim(self, form: str, rule: Rule, draft: Draft) -> None:
        other = self.owner.setdefault(form, draft)
        if other is draft:
            kept = self.rule.get(form)
            self.rule[form] = rule if kept is None else _milder(kept, rule)
        elif draft.source == other.source == "parliamentarians" and draft.weight == other.weight:
            self.ambiguous.setdefault(form, [other]).append(draft)
        else:
            self.lose(form, draft, CLAIMED, other)

    def lose(self, form: str, draft: Draft, reason: str, other: Draft | None = None) -> None:
        self.losses.append(Loss(form, draft, reason, other))
        self.report[f"forms of {draft.source} lost: {reason}"] += 1

    def settle(self) -> None:
        """Give up the forms to which two politicians have the same right."""
        for form, drafts in self.ambiguous.items():
            del self.owner[form], self.rule[form]
            for draft in drafts:
                self.lose(form, draft, NAMESAKES, drafts[1] if draft is drafts[0] else drafts[0])
        self.ambiguous.clear()


def _milder(one: Rule, other: Rule) -> Rule:
    """Return the rule with fewer conditions of two for the same form and entity, in the languages of both."""
    if one.only and other.only and one._replace(only=other.only) == other:
        return one._replace(only=one.only | other.only)
    return min(one, other, key=lambda rule: (bool(rule.only), rule.exact, rule.cue, not rule.any_case))


def read_lexicon(folder: Path) -> Lexicon:
    """Read common_words.csv and dropped_names.csv in ``folder``."""
    words, nouns = {}, {}
    with (folder / "common_words.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            word = " ".join(fold(row["word"]).split())
            if row["small"]:
                words[word] = frozenset(row["small"].split())
            if row["capital"]:
                nouns[word] = frozenset(row["capital"].split())
    with (folder / "dropped_names.csv").open(encoding="utf-8", newline="") as file:
        dropped = {(" ".join(fold(row["name"]).split()), row["id"]): row["reason"] for row in csv.DictReader(file, strict=True)}
    return Lexicon(words, nouns, dropped)


def count_names(people: Iterable[Draft], lexicon: Lexicon) -> None:
    """Count how many persons have each given name and each surname, in ``lexicon``."""
    for draft in people:
        written = {tuple(form.split()) for name, _ in draft.names if " " in name for form in folded_spellings(name)}
        lexicon.given.update({words[0] for words in written if len(words[0]) > 2})
        lexicon.surnames.update({words[-1] for words in written if len(words[-1]) > 2})


def claim_all(drafts: Iterable[Draft], lexicon: Lexicon) -> Claims:
    """Give each form to one entity. A city's own name wins over any city's alias, whatever their sizes."""
    claims = Claims()
    drafts = list(drafts)
    own_names = {form: draft for draft in reversed(drafts) if draft.source == "cities" for form in folded_spellings(draft.name)}
    for draft in drafts:
        for name, languages in draft.names:
            if not sources.usable(name):
                continue
            folded = " ".join(fold(name).split())
            for form, rule in forms(name, draft.type, lexicon.languages, languages).items():
                if draft.source == "cities" and (other := own_names.get(form, own_names.get(folded, draft))) is not draft:
                    claims.lose(form, draft, OWN_NAME, other)
                elif reason := _refusal(form, rule, draft, lexicon):
                    claims.lose(form, draft, reason)
                else:
                    claims.claim(form, _rule(form, rule, draft, lexicon, name=name, languages=languages), draft)
    claims.settle()
    return claims


def claim_adjectives(claims: Claims, drafts: Mapping[str, Draft], path: Path) -> None:
    """Add the adjectives of states that aren't spelled like a name."""
    for state, language, form in adjectives(path):
        draft = drafts[state]
        known = claims.rule.get(form)
        if known is None:
            claims.owner[form], claims.rule[form] = draft, Rule(any_case=True, adjective=True, only=frozenset({language}))
        elif known.adjective and claims.owner[form] is draft:
            claims.rule[form] = known._replace(only=known.only | {language})
        else:
            claims.lose(form, draft, CLAIMED, claims.owner[form])


def _refusal(form: str, rule: Rule, draft: Draft, lexicon: Lexicon) -> str | None:
    if reason := lexicon.dropped.get((form, "")) or lexicon.dropped.get((form, draft.id)):
        return f"in dropped_names.csv: {reason}"
    if rule.only == _GERMAN and form.endswith("s") and _common_in(form.removesuffix("s"), lexicon, "de"):
        return "a German common word if this is a genitive"
    if draft.source == "parliamentarians":
        words = form.split()
        if draft.weight < 6 and lexicon.given[words[0]] * lexicon.surnames[words[-1]] > ANYONE:
            return "a full name that many people have"
    if len(form) < 2 or (" " not in form and draft.type == "PER" and draft.source == "parliamentarians"):
        return "a single word or letter"
    return None


def _common_in(form: str, lexicon: Lexicon, language: str) -> bool:
    return language in lexicon.words.get(form, ()) or language in lexicon.nouns.get(form, ())


def _rule(form: str, rule: Rule, draft: Draft, lexicon: Lexicon, *, name: str, languages: frozenset[str]) -> Rule:
    common = form in lexicon.words or form in lexicon.nouns
    if " " in form:
        small = draft.type == "LOC" and form.partition(" ")[0] in _NOUNS_OF_PLACES
        return rule._replace(common=common, any_case=rule.any_case or small)
    written = folded_spellings(name)
    person = draft.type != "PER" and any(lexicon.given[spelling] > 1 for spelling in written)
    namesake = any(lexicon.given[spelling] or lexicon.surnames[spelling] for spelling in written)
    alias = written.isdisjoint(folded_spellings(draft.name))
    cue = draft.source == "cities" and (
        (namesake and (alias or draft.weight < KNOWN_CITY)) or (len(form) <= 3 and draft.weight < KNOWN_CITY)
    )
    exact = rule.exact or (common and name.isupper())
    # A short acronym means something else in other languages: RAF is a terrorist group in German, an air force in English.
    only = languages if (rule.exact or len(form) <= 3) and len(languages) == 1 and draft.source.startswith("additions") else rule.only
    return rule._replace(common=common, person=person, cue=cue, exact=exact, only=only)
