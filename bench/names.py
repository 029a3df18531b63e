"""How the time of the path, start-up and memory grow with the number of names."""

import random
import subprocess
import sys
from pathlib import Path

from bench.figures import best, header, resident_mib, row, seconds
from bench.texts import Text, load_texts, messages
from wirewatch.adapters.aho_corasick import AutomatonMatcher
from wirewatch.bootstrap.serving import utc_now
from wirewatch.bootstrap.taggers import Taggers, build_pipeline, build_taggers, with_entities
from wirewatch.core.entities.gazetteer import EMPTY, Gazetteer, GazetteerEntry, extended
from wirewatch.core.entities.tagger import EntityTagger
from wirewatch.core.outcome import Rejected
from wirewatch.core.text.languages import Languages
from wirewatch.settings import Settings

_ARTICLES = 1_000
_SIZES = (1_000, 50_000, 300_000)


def made_up(texts: list[Text], count: int, languages: Languages) -> Gazetteer:
    """Return a gazetteer of ``count`` different names made from words of the texts; a few of them occur there."""
    words = sorted({word for text in texts for word in text.body.split() if word.istitle() and word.isalpha()})
    chance = random.Random(count)
    names: set[str] = set()
    while len(names) < count:
        names.add(f"{chance.choice(words)} {chance.choice(words).lower().title()}{chance.choice('aeio')}{len(names) % 97}")
    entries = [GazetteerEntry(f"x:{number}", "PER", name) for number, name in enumerate(sorted(names))]
    return extended(EMPTY, entries, languages=languages, version="bench")


def measure(articles: Path | None) -> None:
    """Print time, memory and start-up for 1,000 to 300,000 names."""
    texts = load_texts(articles)
    raws = [raw for raw, _ in messages(texts, _ARTICLES)]
    taggers = build_taggers(Settings(name_models=False))
    header("names", "path without store, µs/article", "against 1,000", "automaton built in s", "bytes a name")
    least = 0.0
    for size in _SIZES:
        spent, built, grown = _measured(made_up(texts, size, taggers.languages), raws, taggers)
        least = least or spent
        row(f"{size:,}", 1e6 * spent, spent / least, built, f"{max(grown, 0) * 2**20 / size:,.0f}")
    print("\nThe shipped gazetteer, in a process of its own:\n")
    print(subprocess.run([sys.executable, "-c", _START_UP], check=True, capture_output=True, text=True).stdout)


def _measured(gazetteer: Gazetteer, raws: list[bytes], taggers: Taggers) -> tuple[float, float, float]:
    """Return seconds for an article, seconds to build the automaton, and the tagger's MiB."""
    before = resident_mib()
    built = seconds(lambda: AutomatonMatcher(gazetteer.patterns))
    tagger = EntityTagger(gazetteer, AutomatonMatcher, taggers.languages)
    grown = resident_mib() - before
    pipeline = build_pipeline(Settings(name_models=False), with_entities(taggers, tagger))
    now = utc_now()
    spent = best(lambda: [isinstance(pipeline.process(raw, now=now), Rejected) for raw in raws]) / len(raws)
    return spent, built, grown


_START_UP = """
import time
begin = time.perf_counter()
from bench.figures import resident_mib
from wirewatch.bootstrap.taggers import build_taggers
from wirewatch.settings import Settings
imported, before = time.perf_counter(), resident_mib()
taggers = build_taggers(Settings(name_models=False))
loaded = time.perf_counter()
names = len(taggers.gazetteer.patterns)
grown = resident_mib() - before
print(f"{len(taggers.gazetteer.entities):,} entities, {names:,} forms; imports {imported - begin:.2f} s, "
      f"names and topics loaded in {loaded - imported:.2f} s; {grown:.0f} MiB more "
      f"({grown * 2**20 / names:,.0f} bytes a form), {resident_mib():.0f} MiB in all")
"""
