"""How fast articles are written into Elasticsearch, compared with only the client's bulk of the same documents, and how fast search is.

Needs Java, as the integration tests do. The server runs on the same cores as what is measured.
"""

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from elasticsearch import Elasticsearch

from bench.engines import elasticsearch
from bench.figures import header, row, seconds
from bench.search import print_searches, shuffled
from bench.writes import enriched
from wirewatch.adapters.elastic.documents import encoded
from wirewatch.adapters.elastic.id_registry import ARTICLE_IDS
from wirewatch.adapters.elastic.setup import ElasticSetup
from wirewatch.adapters.elastic.store import ElasticStore
from wirewatch.bootstrap.taggers import build_analyser
from wirewatch.core.article import EnrichedArticle
from wirewatch.core.search.analysis import Analyser

_ARTICLES, _SEARCHED, _ROUNDS = 3_000, 20_000, 5
_BATCHES = (64, 256)
_BULK = "client.bulk of documents made before, no id registry"
_QUERIES = {
    "a word that is nowhere": ("plutonium",),
    "a common word": ("government",),
    "words": ("election results president",),
    "phrase": ('"prime minister"',),
    "Boolean": ("(missile OR rocket) NOT football",),
    "prefix": ("sanction*",),
    "entity or topic": ("person:trump OR topic:summit",),
    "dates": ("election after:2026-10-10 before:2026-11-01",),
    "everything": ("",),
}


def measure(articles: Path | None) -> None:
    """Print articles a second of each way to write, and milliseconds of searches."""
    with elasticsearch(max_retries=0, retry_on_timeout=False) as (_, client):
        _writes(client, enriched(articles, _ARTICLES))
        print()
        _searches(client, articles)


def _writes(client: Elasticsearch, found: Sequence[EnrichedArticle]) -> None:
    """Print the rates. Each round writes into indices of its own; the ways take turns at being first."""
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
    ids = [[(article, b'{"index":"articles-2026.11"}') for article in batch] for batch in batches]

    def written(index: str, documents: Sequence[Sequence[tuple[EnrichedArticle, bytes]]]) -> Callable[[], None]:
        return lambda: _bulk(client, index, documents)

    def put(*, replace: bool = False) -> Callable[[], None]:
        return lambda: _put(store, batches, replace=replace)

    bulk = {_BULK: written(f"{prefix}articles-bare", made)}
    own = {
        "store, first pass": put(),
        "store, all duplicates": put(),
        "store, enriched again (replace)": put(replace=True),
    }
    parts = {
        "making the documents alone": lambda: _make(batches, analyser),
        "writing the id registry alone": written(
            f"{prefix}{ARTICLE_IDS}", [[(_renamed(article), document) for article, document in batch] for batch in ids]
        ),
    }
    ways: dict[str, Callable[[], None]] = {**bulk, **own, **parts} if bulk_first else {**own, **bulk, **parts}
    return {name: seconds(way) for name, way in ways.items()}


def _renamed(article: EnrichedArticle) -> EnrichedArticle:
    """Another article to the id registry: the ids of the first pass are there."""
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


def _searches(client: Elasticsearch, articles: Path | None) -> None:
    store = _store(client, "search-")
    for batch in shuffled(articles, _SEARCHED):
        store.put(batch)
    client.indices.refresh(index="search-articles-*")
    print_searches(store, _QUERIES, rounds=(40, 40), warm_up=5)
    print(f"over {_SEARCHED:,} articles of four months")
