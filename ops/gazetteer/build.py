"""Build the gazetteer that ships: services/wirewatch/data/gazetteer/gazetteer.tsv.gz. See README.md.

    python -m ops.gazetteer.build [SOURCES]     SOURCES is ../shared/data/gazetteer, seen from the repository's root, unless given

The same sources and additions always give the same bytes.
"""

import argparse
import csv
import gzip
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from ops.gazetteer import sources
from ops.gazetteer.adjectives import adjectives
from ops.gazetteer.sources import Draft

from wirewatch.core.folding import fold
from wirewatch.core.gazetteer import Rule, folded_spellings, forms

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OUTPUT = ROOT / "services/wirewatch/data/gazetteer/gazetteer.tsv.gz"
# A city that shares its name with persons counts on its own from this population on; under it, only behind "in", "near" …
KNOWN_CITY = 500_000
# A full name so common that it may be anyone's: given names times surnames among the politicians.
ANYONE = 1500
_GERMAN = frozenset({"de"})


@dataclass(slots=True)
class Lexicon:
    """What names are checked against. Words are folded; ``dropped``: (name, id or empty for every entity), with the reason."""

    words: dict[str, frozenset[str]]
    nouns: dict[str, frozenset[str]]
    dropped: dict[tuple[str, str], str]
    given: Counter[str] = field(default_factory=Counter)
    surnames: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Claims:
    """Which entity each form stands for; the first to claim it has it."""

    owner: dict[str, Draft] = field(default_factory=dict)
    rule: dict[str, Rule] = field(default_factory=dict)
    report: Counter[str] = field(default_factory=Counter)
    ambiguous: set[str] = field(default_factory=set)

    def claim(self, form: str, rule: Rule, draft: Draft) -> None:
        other = self.owner.setdefault(form, draft)
        if other is draft:
            kept = self.rule.get(form)
            self.rule[form] = rule if kept is None else _milder(kept, rule)
        elif draft.source == other.source == "parliamentarians" and draft.weight == other.weight:
            self.ambiguous.add(form)
        else:
            self.report[f"forms of {draft.source} that stand for an entity of {other.source} already"] += 1


def _milder(one: Rule, other: Rule) -> Rule:
    """Of two rules of the same form for the same entity that with fewer conditions, in the languages of both."""
    if one.only and other.only and one._replace(only=other.only) == other:
        return one._replace(only=one.only | other.only)
    return min(one, other, key=lambda rule: (bool(rule.only), rule.exact, rule.cue))


def read_lexicon(folder: Path) -> Lexicon:
    """The committed lists of common words and of names to drop."""
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


class Collection:
    """Drafts, each id once, in the order in which they may claim forms."""

    def __init__(self, folder: Path, report: Counter[str]) -> None:
        self._folder = folder
        self._report = report
        self._by_name: dict[str, Draft] = {}
        self._leaders = list(sources.leaders(folder))
        politicians = sources.parliamentarians(folder / "parliamentarians_2015.jsonl", report)
        self._politicians = sorted(politicians, key=lambda draft: (-draft.weight, draft.id))
        self._cities = list(sources.cities(folder / "cities_100k_latin_cyrillic.jsonl"))
        self.drafts: dict[str, Draft] = {}

    def take_all(self, own: Path) -> None:
        """Our own additions first, then countries, regions, organisations, leaders, cities, politicians."""
        people, towns = _index([*self._leaders, *self._politicians]), _index(self._cities)
        for draft in sources.additions(own):
            self._identify(draft, people, towns)
            self._take(draft)
        for draft in sources.countries(self._folder / "countries_permissive.jsonl"):
            self._take(draft)
        for draft in sources.regions(self._folder / "regions_cldr.json"):
            known = self._by_name.get(fold(draft.name))
            draft.id = known.id if known else f"ww:{slug(draft.name)}"
            self._take(draft)
        for draft in sources.organisations(self._folder / "intl_orgs.jsonl"):
            known = self._by_name.get(fold(draft.name))
            draft.id = known.id if known and known.id.startswith("ww:") else draft.id
            self._take(draft)
        for draft in sources.eurovoc(self._folder / "eurovoc_intl_orgs.jsonl"):
            if known := self._by_name.get(fold(draft.name)):
                draft.id = known.id
                self._take(draft)
            else:
                self._report["EuroVoc organisations no other source knows, left out"] += 1
        for draft in (*self._leaders, *self._cities, *self._politicians):
            self._take(draft)
        for name in sorted(sources.heads_today(self._folder / "current_all-leaders.csv")):
            if fold(name) not in self._by_name:
                self._report[f"missing: {name}, head of state or government today"] += 1

    def _identify(self, draft: Draft, people: Mapping[str, Draft], towns: Mapping[str, Draft]) -> None:
        """Give an addition without an id that of the source it is in, else one of ours; a city gets its other names from GeoNames, too."""
        if draft.source == "additions/cities":
            known = next((towns[key] for name, _ in draft.names if (key := fold(name)) in towns), None)
            if known and known in self._cities:
                draft.names += known.names
                draft.weight = known.weight
                self._cities.remove(known)
        else:
            known = people.get(fold(draft.name)) if draft.type == "PER" else None
        draft.id = draft.id or (known.id if known else f"ww:{slug(draft.name)}")

    def _take(self, draft: Draft) -> None:
        known = self.drafts.setdefault(draft.id, draft)
        if known is not draft:
            self._report[f"entities of {draft.source} joined with one of {known.source} by id"] += 1
            known.names += draft.names
        for name, _ in known.names:
            self._by_name.setdefault(fold(name), known)


def _index(drafts: Iterable[Draft]) -> dict[str, Draft]:
    """By canonical name first, then by the others."""
    index: dict[str, Draft] = {}
    drafts = list(drafts)
    for draft in drafts:
        index.setdefault(fold(draft.name), draft)
    for draft in drafts:
        for name, _ in draft.names:
            index.setdefault(fold(name), draft)
    return index


def slug(name: str) -> str:
    """A folded name with hyphens."""
    return "-".join(fold(name).split())


def count_names(people: Iterable[Draft], lexicon: Lexicon) -> None:
    """How many persons have each given name and each surname."""
    for draft in people:
        written = {tuple(form.split()) for name, _ in draft.names if " " in name for form in folded_spellings(name)}
        lexicon.given.update({words[0] for words in written if len(words[0]) > 2})
        lexicon.surnames.update({words[-1] for words in written if len(words[-1]) > 2})


def claim_all(drafts: Iterable[Draft], lexicon: Lexicon) -> Claims:
    """Give each form to one entity. A city's own name goes before any city's alias, whatever their size."""
    claims = Claims()
    drafts = list(drafts)
    own_names = {form: draft for draft in reversed(drafts) if draft.source == "cities" for form in folded_spellings(draft.name)}
    for draft in drafts:
        for name, languages in draft.names:
            if not sources.usable(name):
                continue
            for form, rule in forms(name, draft.type, languages).items():
                if draft.source == "cities" and own_names.get(form, draft) is not draft:
                    continue
                if reason := _refusal(form, rule, draft, lexicon):
                    claims.report[reason] += 1
                else:
                    claims.claim(form, _rule(form, rule, draft, lexicon, name=name, languages=languages), draft)
    for form in claims.ambiguous:
        del claims.owner[form], claims.rule[form]
    claims.report["full names of two politicians, equally well known, left out"] = len(claims.ambiguous)
    return claims


def claim_adjectives(claims: Claims, drafts: Mapping[str, Draft], path: Path) -> None:
    """Add the adjectives of states, where no name is spelled so."""
    for state, language, form in adjectives(path):
        draft = drafts[state]
        known = claims.rule.get(form)
        if known is None:
            claims.owner[form], claims.rule[form] = draft, Rule(any_case=True, adjective=True, only=frozenset({language}))
        elif known.adjective and claims.owner[form] is draft:
            claims.rule[form] = known._replace(only=known.only | {language})
        else:
            claims.report["adjectives that are spelled as a name"] += 1


def _refusal(form: str, rule: Rule, draft: Draft, lexicon: Lexicon) -> str | None:
    if reason := lexicon.dropped.get((form, "")) or lexicon.dropped.get((form, draft.id)):
        return f"names in dropped_names.csv: {reason}"
    if rule.only == _GERMAN and form.endswith("s") and _common_in(form.removesuffix("s"), lexicon, "de"):
        return "German genitives of common words"
    if draft.source == "parliamentarians":
        words = form.split()
        if draft.weight < 6 and lexicon.given[words[0]] * lexicon.surnames[words[-1]] > ANYONE:
            return "forms of full names that many people have"
    if len(form) < 2 or (" " not in form and draft.type == "PER" and draft.source == "parliamentarians"):
        return "single words as names of politicians"
    return None


def _common_in(form: str, lexicon: Lexicon, language: str) -> bool:
    return language in lexicon.words.get(form, ()) or language in lexicon.nouns.get(form, ())


def _rule(form: str, rule: Rule, draft: Draft, lexicon: Lexicon, *, name: str, languages: frozenset[str]) -> Rule:
    common = form in lexicon.words or form in lexicon.nouns
    if " " in form:
        return rule._replace(common=common)
    written = folded_spellings(name)
    person = draft.type != "PER" and any(lexicon.given[spelling] > 1 for spelling in written)
    namesake = any(lexicon.given[spelling] or lexicon.surnames[spelling] for spelling in written)
    alias = written.isdisjoint(folded_spellings(draft.name))
    cue = draft.source == "cities" and (
        (namesake and (alias or draft.weight < KNOWN_CITY)) or (len(form) <= 3 and draft.weight < KNOWN_CITY)
    )
    exact = rule.exact or (common and name.isupper())
    # A short acronym is another one elsewhere: RAF is a terrorist group in German, an air force in English.
    only = languages if (rule.exact or len(form) <= 3) and len(languages) == 1 and draft.source.startswith("additions") else rule.only
    return rule._replace(common=common, person=person, cue=cue, exact=exact, only=only)


def render(drafts: Iterable[Draft], claims: Claims, lexicon: Lexicon) -> tuple[str, str]:
    """The file's text and its version."""
    by_id: defaultdict[str, defaultdict[Rule, list[str]]] = defaultdict(lambda: defaultdict(list))
    for form, draft in claims.owner.items():
        by_id[draft.id][claims.rule[form]].append(form)
    lines = []
    for draft in sorted(drafts, key=lambda draft: draft.id):
        if groups := by_id.get(draft.id):
            columns = [f"{rule}:{'|'.join(sorted(found))}" for rule, found in sorted(groups.items(), key=lambda group: str(group[0]))]
            if draft.surnames:
                columns.append("@:" + "|".join(sorted({form for name in draft.surnames for form in forms(name, "PER", _spoken(name))})))
            lines.append("\t".join((draft.id, draft.type, draft.name, *columns)))
    # Of the common words those a name could be taken for.
    last = {form.rpartition(" ")[2] for form, draft in claims.owner.items() if draft.type == "PER"}
    given = sorted(name for name, count in lexicon.given.items() if count > 1)
    wanted = claims.owner.keys() | last | set(given)
    header = [
        "!given\t" + "|".join(given),
        "!words\t" + _render_words(lexicon.words, wanted),
        "!nouns\t" + _render_words(lexicon.nouns, wanted),
    ]
    body = "\n".join([*header, *lines]) + "\n"
    version = blake2b(body.encode(), digest_size=4).hexdigest()
    return f"wirewatch gazetteer 1\t{version}\n{body}", version


def _spoken(name: str) -> tuple[str, ...]:
    return ("ru", "uk") if re.search("[Ѐ-ӿ]", name) else ("pl",)


def _render_words(words: Mapping[str, frozenset[str]], wanted: Iterable[str]) -> str:
    return "|".join(f"{word}={','.join(sorted(words[word]))}" for word in sorted(words.keys() & set(wanted)))


def main() -> None:
    """Build the file and print what is in it, what was left out, and why."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="?", type=Path, default=ROOT.parent / "shared/data/gazetteer")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    arguments = parser.parse_args()
    if not arguments.sources.is_dir():
        sys.exit(f"{arguments.sources}: no such folder; give the folder of the sources as the first argument")
    report: Counter[str] = Counter()
    lexicon = read_lexicon(HERE)
    collection = Collection(arguments.sources, report)
    collection.take_all(HERE / "additions")
    drafts = list(collection.drafts.values())
    count_names([draft for draft in drafts if draft.type == "PER"], lexicon)
    claims = claim_all(drafts, lexicon)
    claim_adjectives(claims, collection.drafts, HERE / "adjectives.csv")
    text, version = render(drafts, claims, lexicon)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_bytes(gzip.compress(text.encode(), mtime=0))
    named = {draft.id for draft in claims.owner.values()}
    print(f"version {version}: {len(named):,} entities, {len(claims.owner):,} forms, {arguments.output.stat().st_size / 2**20:.2f} MiB")
    for source, count in Counter(draft.source for draft in drafts if draft.id in named).most_common():
        print(f"  {count:7,} entities first named by {source}")
    for what, count in sorted((report + claims.report).items()):
        print(f"  {count:7,} {what}")
    print(f"  {len(drafts) - len(named):7,} entities left without a name")


if __name__ == "__main__":
    main()
