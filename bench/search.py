"""Search over 100,000 articles: what a page of ten takes, by kind of query."""

import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec

from bench.texts import header, row
from bench.writes import enriched
from wirewatch.bootstrap.serving import utc_now
from wirewatch.bootstrap.stores import open_sqlite
from wirewatch.core.search.parser import parse
from wirewatch.core.search.query import Query
from wirewatch.ports.store import EmbeddedStore
from wirewatch.settings import Settings

_ARTICLES = 100_000
_QUERIES = {
    "a rare word": ("tsunami", "plutonium", "referendum", "Rohingya"),
    "a common word": ("president", "government", "police", "said"),
    "words": ("missile test", "election results president", "climate agreement emissions"),
    "phrase": ('"prime minister"', '"United Nations"', '"Supreme Court"'),
    "Boolean": ("(missile OR rocket) NOT football", "government AND (protest OR strike) NOT police"),
    "prefix": ("sanction*", "electi*"),
    "entity and topic": ("topic:arms place:iran", "person:trump topic:summit", "org:nato"),
    "dates": ("election after:2026-10-10 before:2026-11-01", "topic:sanctions after:2026-11-20"),
    "everything": ("",),
}


def build(articles: Path | None, store: EmbeddedStore) -> None:
    """Fill the store: real articles, their paragraphs shuffled between them, spread over 90 days."""
    base = enriched(articles, 400)
    chance = random.Random(3)
    now = utc_now()
    paragraphs = [article.body.split("\n\n") for article in base]
    for start in range(0, _ARTICLES, 500):
        batch = []
        for number in range(start, start + 500):
            article = base[number % len(base)]
            body = "\n\n".join(chance.choice(chance.choice(paragraphs)) for _ in range(chance.randint(2, 8)))
            time_ = now - timedelta(minutes=chance.randint(0, 90 * 1_440))
            batch.append(msgspec.structs.replace(article, id=f"{number:032x}", body=body, published_at=time_))
        store.commit(batch)


def timed(job: Callable[[], object], rounds: int) -> list[float]:
    """Milliseconds of each round."""
    spent = []
    for _ in range(rounds):
        begin = time.perf_counter()
        job()
        spent.append(1e3 * (time.perf_counter() - begin))
    return spent


def measure(articles: Path | None) -> None:
    """Print p50, p95 and the worst, for both orders, and for facets and time lines."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_sqlite(Settings(database=Path(folder) / "bench.db"))
        build(articles, store)
        everything: list[float] = []
        header("query", "matches", "relevance p50 ms", "p95", "newest p50 ms", "p95", "facets p50 ms", "time line p50 ms")
        for kind, texts in _QUERIES.items():
            queries = [parse(text) for text in texts]
            totals = [store.search(query, limit=1).total for query in queries]
            relevance, newest, facets, lines = (_times(store, queries, what) for what in ("relevance", "newest", "facets", "timeline"))
            everything += relevance + newest
            row(kind, f"{min(totals):,}–{max(totals):,}", *_middle(relevance), *_middle(newest), _middle(facets)[0], _middle(lines)[0])
        p50, p95 = _middle(everything)
        print(f"\nAll searches: p50 {p50:.1f} ms, p95 {p95:.1f} ms, worst {max(everything):.1f} ms, over {_ARTICLES:,} articles")
        store.close()


def _times(store: EmbeddedStore, queries: list[Query], what: str) -> list[float]:
    jobs: dict[str, Callable[[Query], object]] = {
        "relevance": lambda query: store.search(query, sort="relevance"),
        "newest": lambda query: store.search(query, sort="newest"),
        "facets": lambda query: store.facets(query, ["persons", "organisations", "places", "topics"]),
        "timeline": lambda query: store.timeline(query, "day"),
    }
    rounds = 20 if what in {"relevance", "newest"} else 5
    return [spent for query in queries for spent in timed(partial(jobs[what], query), rounds)]


def _middle(values: list[float]) -> tuple[float, float]:
    return statistics.median(values), statistics.quantiles(values, n=20)[-1]
