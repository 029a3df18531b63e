"""Build the gazetteer that ships, services/wirewatch/data/gazetteer/gazetteer.tsv.gz, and the report of ambiguous names. See README.md.

    python -m ops.gazetteer.build [SOURCES]     default of SOURCES: ../shared/data/gazetteer, from the repository's root

The same sources and additions always give the same bytes.
"""

import argparse
import gzip
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from pathlib import Path

from ops.gazetteer import report as reports
from ops.gazetteer import sources
from ops.gazetteer.claims import Claims, Lexicon, claim_adjectives, claim_all, count_names, read_lexicon
from ops.gazetteer.sources import Draft

from wirewatch.core.entities.gazetteer import Rule, forms
from wirewatch.core.text.folding import fold

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OUTPUT = ROOT / "services/wirewatch/data/gazetteer/gazetteer.tsv.gz"


class Collection:
    """The drafts by id, in the order in which they claim forms."""

    def __init__(self, folder: Path, report: Counter[str]) -> None:
        self._folder = folder
        self._report = report
        self._by_name: dict[str, Draft] = {}
        self._leaders = list(sources.leaders(folder))
        politicians = sources.parliamentarians(folder / "parliamentarians_2015.jsonl", report)
        self._politicians = sorted(politicians, key=lambda draft: (-draft.weight, draft.id))
        self._cities = list(sources.cities(folder / "cities_100k_latin_cyrillic.jsonl"))
        self.drafts: dict[str, Draft] = {}

    def add_all(self, additions: Path) -> None:
        """Add our additions first, then countries, regions, organisations, leaders, cities, politicians."""
        people, towns = _index([*self._leaders, *self._politicians]), _index(self._cities)
        for draft in sources.additions(additions):
            self._identify(draft, people, towns)
            self._add(draft)
        for draft in sources.countries(self._folder / "countries_permissive.jsonl"):
            self._add(draft)
        for draft in sources.regions(self._folder / "regions_cldr.json"):
            known = self._by_name.get(fold(draft.name))
            draft.id = known.id if known else f"ww:{slug(draft.name)}"
            self._add(draft)
        for draft in sources.organisations(self._folder / "intl_orgs.jsonl"):
            known = self._by_name.get(fold(draft.name))
            draft.id = known.id if known and known.id.startswith("ww:") else draft.id
            self._add(draft)
        for draft in sources.eurovoc(self._folder / "eurovoc_intl_orgs.jsonl"):
            if known := self._by_name.get(fold(draft.name)):
                draft.id = known.id
                self._add(draft)
            else:
                self._report["EuroVoc organisations no other source knows, left out"] += 1
        for draft in (*self._leaders, *self._cities, *self._politicians):
            self._add(draft)
        for name in sorted(sources.heads_today(self._folder / "current_all-leaders.csv")):
            if fold(name) not in self._by_name:
                self._report[f"missing: {name}, head of state or government today"] += 1

    def _identify(self, draft: Draft, people: Mapping[str, Draft], towns: Mapping[str, Draft]) -> None:
        """Give an addition without an id that of a source that has it, else one of ours; a city gets its other names from GeoNames too."""
        if draft.source == "additions/cities":
            known = next((towns[key] for name, _ in draft.names if (key := fold(name)) in towns), None)
            if known and known in self._cities:
                draft.names += known.names
                draft.weight = known.weight
                self._cities.remove(known)
        else:
            known = people.get(fold(draft.name)) if draft.type == "PER" else None
        draft.id = draft.id or (known.id if known else f"ww:{slug(draft.name)}")

    def _add(self, draft: Draft) -> None:
        known = self.drafts.setdefault(draft.id, draft)
        if known is not draft:
            self._report[f"entities of {draft.source} joined with one of {known.source} by id"] += 1
            known.names += draft.names
            known.refused += draft.refused
        for name, _ in known.names:
            self._by_name.setdefault(fold(name), known)


def _index(drafts: Iterable[Draft]) -> dict[str, Draft]:
    """Return the drafts by folded name: by canonical names first, then by other names."""
    index: dict[str, Draft] = {}
    drafts = list(drafts)
    for draft in drafts:
        index.setdefault(fold(draft.name), draft)
    for draft in drafts:
        for name, _ in draft.names:
            index.setdefault(fold(name), draft)
    return index


def slug(name: str) -> str:
    """Return a folded name with hyphens between its words."""
    return "-".join(fold(name).split())


def render(drafts: Iterable[Draft], claims: Claims, lexicon: Lexicon) -> tuple[str, str]:
    """Return the text of the gazetteer's file, and its version."""
    by_id: defaultdict[str, defaultdict[Rule, list[str]]] = defaultdict(lambda: defaultdict(list))
    for form, draft in claims.owner.items():
        by_id[draft.id][claims.rule[form]].append(form)
    lines = []
    for draft in sorted(drafts, key=lambda draft: draft.id):
        if groups := by_id.get(draft.id):
            columns = [f"{rule}:{'|'.join(sorted(found))}" for rule, found in sorted(groups.items(), key=lambda group: str(group[0]))]
            if draft.surnames:
                surnames = {form for name in draft.surnames for form in forms(name, "PER", lexicon.languages, _spoken(name))}
                columns.append("@:" + "|".join(sorted(surnames)))
            lines.append("\t".join((draft.id, draft.type, draft.name, *columns)))
    # Only those of the common words with which a name could be confused.
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
    """Build the file; print what is in it, what was left out, and why."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", nargs="?", type=Path, default=ROOT.parent / "shared/data/gazetteer")
    parser.add_argument("--output", type=Path, default=OUTPUT)
    parser.add_argument("--report", type=Path, default=HERE, help="folder of ambiguous.tsv and ambiguous.md")
    arguments = parser.parse_args()
    if not arguments.sources.is_dir():
        sys.exit(f"{arguments.sources}: there is no such folder; give the folder of the sources as the first argument")
    report: Counter[str] = Counter()
    lexicon = read_lexicon(HERE)
    collection = Collection(arguments.sources, report)
    collection.add_all(HERE / "additions")
    drafts = list(collection.drafts.values())
    count_names([draft for draft in drafts if draft.type == "PER"], lexicon)
    claims = claim_all(drafts, lexicon)
    claim_adjectives(claims, collection.drafts, HERE / "adjectives.csv")
    text, version = render(drafts, claims, lexicon)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_bytes(gzip.compress(text.encode(), mtime=0))
    reports.write(arguments.report, reports.rows(claims, drafts, lexicon), version)
    named = {draft.id for draft in claims.owner.values()}
    print(f"version {version}: {len(named):,} entities, {len(claims.owner):,} forms, {arguments.output.stat().st_size / 2**20:.2f} MiB")
    for source, count in Counter(draft.source for draft in drafts if draft.id in named).most_common():
        print(f"  {count:7,} entities first named by {source}")
    for what, count in sorted((report + claims.report).items()):
        print(f"  {count:7,} {what}")
    print(f"  {len(drafts) - len(named):7,} entities left without a name")


if __name__ == "__main__":
    main()
