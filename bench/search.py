"""How long searches take by kind of query: over 100,000 articles in SQLite."""

import random
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec

from bench.figures import header, p50_p95, row, seconds
from bench.writes import enriched
from wirewatch.bootstrap.serving import utc_now
from wirewatch.bootstrap.stores import open_sqlite
from wirewatch.core.article import EnrichedArticle
from wirewatch.core.search.parser import parse
from wirewatch.core.search.query import Query
from wirewatch.ports.store import ArticleStore
from wirewatch.settings import Settings

_ARTICLES, _SHUFFLED_FROM = 100_000, 400
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


def shuffled(articles: Path | None, count: int) -> Iterator[list[EnrichedArticle]]:
    """Yield ``count`` articles in batches of 500: real ones with paragraphs shuffled between them, spread over the last 90 days."""
    base = enriched(articles, _SHUFFLED_FROM)
    chance = random.Random(3)
    now = utc_now()
    paragraphs = [article.body.split("\n\n") for article in base]
    for start in range(0, count, 500):
        batch = []
        for number in range(start, start + 500):
            article = base[number % len(base)]
            body = "\n\n".join(chance.choice(chance.choice(paragraphs)) for _ in range(chance.randint(2, 8)))
            time = now - timedelta(minutes=chance.randint(0, 90 * 1_440))
            batch.append(msgspec.structs.replace(article, id=f"{number:032x}", body=body, published_at=time, first_seen_at=time))
        yield batch


def measure(articles: Path | None) -> None:
    """Print the times of searches in SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        store = open_sqlite(Settings(database=Path(folder) / "bench.db"))
        for batch in shuffled(articles, _ARTICLES):
            store.commit(batch)
        print_searches(store, _QUERIES, rounds=(20, 5))
        print(f"over {_ARTICLES:,} articles")
        store.close()


def print_searches(store: ArticleStore, kinds: Mapping[str, Sequence[str]], *, rounds: tuple[int, int], warm_up: int = 0) -> None:
    """Print p50 and p95 of both orders, facets and time lines for each kind of query, then those of all searches.

    ``rounds``: how often each search is measured, and each facet or time line; ``warm_up``: how often they are called before.
    """
    everything: list[float] = []
    header("query", "matches", "relevance p50 ms", "p95", "newest p50 ms", "p95", "facets p50 ms", "time line p50 ms")
    for kind, texts in kinds.items():
        queries = [parse(text) for text in texts]
        totals = sorted({store.search(query, limit=1).total for query in queries})
        matches = "–".join(f"{total:,}" for total in dict.fromkeys((totals[0], totals[-1])))
        relevance, newest, facets, line = (
            [1e3 * time for query in queries for time in _times(partial(job, query), times, warm_up)] for job, times in _jobs(store, rounds)
        )
        everything += relevance + newest
        row(kind, matches, *p50_p95(relevance), *p50_p95(newest), p50_p95(facets)[0], p50_p95(line)[0])
    p50, p95 = p50_p95(everything)
    print(f"\nAll searches: p50 {p50:.1f} ms, p95 {p95:.1f} ms, worst {max(everything):.1f} ms, ", end="")


def _times(job: Callable[[], object], rounds: int, warm_up: int) -> list[float]:
    return [seconds(job) for _ in range(warm_up + rounds)][warm_up:]


def _jobs(store: ArticleStore, rounds: tuple[int, int]) -> tuple[tuple[Callable[[Query], object], int], ...]:
    """Return what is called for a query, and how often."""
    searches, aggregations = rounds
    return (
        (partial(store.search, sort="relevance"), searches),
        (partial(store.search, sort="newest"), searches),
        (lambda query: store.facets(query, ["persons", "organisations", "places", "topics"]), aggregations),
        (lambda query: store.timeline(query, "day"), aggregations),
    )
