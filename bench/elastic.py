"""Articles written into Elasticsearch, beside the client's bulk alone with the same documents; then search over them.

Alone: ``python -m bench.elastic``. Needs Java, as the integration tests do; the server runs on the same cores as what is measured.
"""

import argparse
import random
import shutil
import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
from elasticsearch import Elasticsearch
from tests.support.elastic_engine import ElasticsearchServer

from bench.search import timed
from bench.texts import REAL, header, row, seconds
from bench.writes import enriched
from wirewatch.adapters.elastic.documents import encoded
from wirewatch.adapters.elastic.setup import ElasticSetup
from wirewatch.adapters.elastic.store import CLAIMS, ElasticStore
from wirewatch.bootstrap.serving import utc_now
from wirewatch.bootstrap.taggers import build_analyser
from wirewatch.core.article import EnrichedArticle
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.search.parser import parse
from wirewatch.core.search.query import Query

_ARTICLES, _SEARCHED, _ROUNDS, _SHUFFLED_FROM = 3_000, 20_000, 5, 400
_BATCHES = (64, 256)
_JVM = ("-Xms1g", "-Xmx1g")
_BULK = "client.bulk of documents made before, no claims"
_QUERIES = {
    "a word that is nowhere": "plutonium",
    "a common word": "government",
    "words": "election results president",
    "phrase": '"prime minister"',
    "Boolean": "(missile OR rocket) NOT football",
    "prefix": "sanction*",
    "entity or topic": "person:trump OR topic:summit",
    "dates": "election after:2026-10-10 before:2026-11-01",
    "everything": "",
}


def measure(articles: Path | None) -> None:
    """Print articles a second of each way to write, and milliseconds of searches."""
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-bench-"))
    server = ElasticsearchServer(folder, jvm=_JVM)
    try:
        server.start()
        with closing(Elasticsearch(server.url, max_retries=0, retry_on_timeout=False, request_timeout=60)) as client:
            _writes(client, enriched(articles, _ARTICLES))
            print()
            _searches(client, enriched(articles, _SHUFFLED_FROM))
    finally:
        server.stop()
        shutil.rmtree(folder)


def _writes(client: Elasticsearch, found: Sequence[EnrichedArticle]) -> None:
    """Each round writes into indices of its own; the ways take turns at being first."""
    header("batch", "what", "articles/s", "worst–best round", "against the bulk alone")
    for size in _BATCHES:
        batches = [found[at : at + size] for at in range(0, len(found), size)]
        spent: dict[str, list[float]] = {}
        for turn in range(_ROUNDS + 1):
            once = _round(client, f"b{size}r{turn}-", batches, bulk_first=bool(turn % 2))
            client.indices.delete(index=f"b{size}r{turn}-*")
            # The first round warms the server up.
            for name, time in once.items() if turn else ():
                spent.setdefault(name, []).append(time)
        floor = statistics.median(spent[_BULK])
        for name, times in spent.items():
            rates = f"{len(found) / max(times):,.0f}–{len(found) / min(times):,.0f}"
            row(size, name, f"{len(found) / statistics.median(times):,.0f}", rates, floor / statistics.median(times))


def _round(client: Elasticsearch, prefix: str, batches: Sequence[Sequence[EnrichedArticle]], *, bulk_first: bool) -> dict[str, float]:
    analyser = build_analyser()
    store = _store(client, prefix)
    made = [encoded(batch, analyser, stored_at=range(len(batch))) for batch in batches]
    claims = [[(article, b'{"index":"articles-2026.11"}') for article in batch] for batch in batches]

    def written(index: str, documents: Sequence[Sequence[tuple[EnrichedArticle, bytes]]]) -> Callable[[], None]:
        return lambda: _bulk(client, index, documents)

    def put(*, replace: bool = False) -> Callable[[], None]:
        return lambda: _put(store, batches, replace=replace)

    bulk = {_BULK: written(f"{prefix}articles-bare", made)}
    own = {
        "store, first pass": put(),
        "store, all duplicates": put(),
        "store, enriched anew (replace)": put(replace=True),
    }
    parts = {
        "making the documents alone": lambda: _make(batches, analyser),
        "writing the claims alone": written(f"{prefix}{CLAIMS}", [[(_renamed(a), claim) for a, claim in batch] for batch in claims]),
    }
    ways: dict[str, Callable[[], None]] = {**bulk, **own, **parts} if bulk_first else {**own, **bulk, **parts}
    return {name: seconds(way) for name, way in ways.items()}


def _renamed(article: EnrichedArticle) -> EnrichedArticle:
    """Another article as far as claims are concerned: those of the first pass are there."""
    return msgspec.structs.replace(article, id=article.id[::-1] + "x")


def _make(batches: Sequence[Sequence[EnrichedArticle]], analyser: Analyser) -> None:
    for batch in batches:
        encoded(batch, analyser, stored_at=range(len(batch)))


def _put(store: ElasticStore, batches: Sequence[Sequence[EnrichedArticle]], *, replace: bool) -> None:
    for batch in batches:
        store.put(batch, replace=replace)


def _bulk(client: Elasticsearch, index: str, made: Sequence[Sequence[tuple[EnrichedArticle, bytes]]]) -> None:
    for batch in made:
        lines: list[Any] = [part for article, document in batch for part in ({"create": {"_index": index, "_id": article.id}}, document)]
        if client.bulk(operations=lines, filter_path="errors")["errors"]:
            raise RuntimeError("Elasticsearch refused a document")


def _store(client: Elasticsearch, prefix: str) -> ElasticStore:
    ElasticSetup(client, prefix=prefix, shards=1, replicas=0).install()
    return ElasticStore(client, analyser=build_analyser, prefix=prefix)


def _searches(client: Elasticsearch, base: Sequence[EnrichedArticle]) -> None:
    store = _store(client, "search-")
    chance = random.Random(3)
    now = utc_now()
    paragraphs = [article.body.split("\n\n") for article in base]
    for start in range(0, _SEARCHED, 500):
        batch = []
        for number in range(start, start + 500):
            body = "\n\n".join(chance.choice(chance.choice(paragraphs)) for _ in range(chance.randint(2, 8)))
            time = now - timedelta(minutes=chance.randint(0, 90 * 1_440))
            article = base[number % len(base)]
            batch.append(msgspec.structs.replace(article, id=f"{number:032x}", body=body, published_at=time, first_seen_at=time))
        store.put(batch)
    client.indices.refresh(index="search-articles-*")
    everything: list[float] = []
    header("query", "matches", "relevance p50 ms", "p95", "newest p50 ms", "p95", "facets p50 ms", "time line p50 ms")
    for kind, text in _QUERIES.items():
        query = parse(text)
        relevance, newest, facets, line = (timed(job, 45)[5:] for job in _jobs(store, query))
        everything += relevance + newest
        row(kind, f"{store.search(query, limit=1).total:,}", *_middle(relevance), *_middle(newest), _middle(facets)[0], _middle(line)[0])
    p50, p95 = _middle(everything)
    print(f"\nAll searches: p50 {p50:.1f} ms, p95 {p95:.1f} ms, worst {max(everything):.1f} ms, over {_SEARCHED:,} articles of four months")


def _jobs(store: ElasticStore, query: Query) -> tuple[Callable[[], object], ...]:
    return (
        partial(store.search, query, sort="relevance"),
        partial(store.search, query, sort="newest"),
        partial(store.facets, query, ["persons", "organisations", "places", "topics"]),
        partial(store.timeline, query, "day"),
    )


def _middle(values: list[float]) -> tuple[float, float]:
    return statistics.median(values), statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=Path, default=REAL if REAL.exists() else None)
    measure(parser.parse_args().articles)
