"""The store of a cluster: Elasticsearch, with an index for each month and the id registry.

An article is in the index of the month in which it was first seen, and stays there. The id registry knows which index that is, so that a
copy sent a month later, undated or with another date, meets its earlier self (docs/decisions/0004). Articles are written under an
external version: a copy conflicts with the stored one and changes nothing, and a later correction wins.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from elasticsearch import Elasticsearch

from wirewatch.adapters.elastic.bulk import CONFLICT, Bulk, Operation
from wirewatch.adapters.elastic.client import documents, faults, pages
from wirewatch.adapters.elastic.documents import article_of, encoded, version_of
from wirewatch.adapters.elastic.id_registry import ARTICLE_IDS, IdRegistry
from wirewatch.adapters.elastic.query import clause
from wirewatch.core.article import EnrichedArticle
from wirewatch.core.errors import Refused
from wirewatch.core.ingest.cleaning import storable_text
from wirewatch.core.ingest.dates import utc
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.search.query import Query
from wirewatch.ports.signals import Retry
from wirewatch.ports.store import Bucket, Count, FacetField, Hit, Page, PutResult, Sort, TimeCount

ARTICLES = "articles"
# How deep Elasticsearch pages (index.max_result_window).
_DEEPEST = 10_000
_SCANNED = 500
# The longest id that Elasticsearch accepts, in bytes; a longer one, or none, would have the whole request refused.
_LONGEST_ID = 512
# How many values each shard returns for a facet: at first, and at most if the counts are not certain before.
_FACET_VALUES, _MOST_FACET_VALUES = 200, 200_000
_FACETS: dict[FacetField, str] = {
    "persons": "persons",
    "organisations": "organisations",
    "places": "places",
    "topics": "topic_ids",
    "language": "language.code",
    "source": "source",
}
_UNFIT_ID = Rejected(Reason.STORE_REFUSED, f"the id is empty or longer than {_LONGEST_ID} bytes")
_BY_TIME: dict[str, list[dict[str, str]]] = {
    order: [{"search.second": direction}, {"search.stored_at": direction}] for order, direction in (("newest", "desc"), ("oldest", "asc"))
}


class ElasticStore:
    """An ArticleStore. ``put`` may be called from several threads at once."""

    def __init__(
        self,
        client: Elasticsearch,
        *,
        analyser: Callable[[], Analyser],
        prefix: str = "",
        retry: Retry | None = None,
        refresh: bool = False,
        now_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        """``analyser`` makes an Analyser; each call of ``put`` has one of its own, since they are not thread-safe.

        ``retry`` decides how long a write is retried; None gives up at once. ``refresh`` makes what was put visible at once, for tests.
        """
        self._client = client
        self._make_analyser = analyser
        self._analysers = [analyser()]
        self._bulk = Bulk(client, retry)
        self._ids = IdRegistry(client, f"{prefix}{ARTICLE_IDS}", self._bulk)
        self._articles = f"{prefix}{ARTICLES}-"
        self._pattern = f"{prefix}{ARTICLES}-*"
        self._refresh = refresh
        self._now_ns = now_ns

    def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> Sequence[PutResult | Rejected]:
        results: dict[int, PutResult | Rejected] = {}
        now = self._now_ns()
        with self._analyser() as analyser:
            made = encoded(articles, analyser, stored_at=range(now, now + len(articles)))
        results |= {at: _UNFIT_ID for at, (article, _) in enumerate(made) if not 0 < len(article.id.encode()) <= _LONGEST_ID}
        for batch in _rounds(made, [at for at in range(len(made)) if at not in results]):
            results |= zip(batch, self._put([made[at] for at in batch], replace=replace), strict=True)
        if self._refresh:
            self._client.indices.refresh(index=f"{self._pattern},{self._ids.name}")
        return [results[at] for at in range(len(articles))]

    def _put(self, made: Sequence[tuple[EnrichedArticle, bytes]], *, replace: bool) -> list[PutResult | Rejected]:
        months = {article.id: f"{self._articles}{utc(article.first_seen_at):%Y.%m}" for article, _ in made}
        indices = self._ids.register(months)
        kind = "external_gte" if replace else "external"
        operations: dict[str, Operation] = {}
        for article, document in made:
            index = indices[article.id]
            if isinstance(index, str):
                about = {"_index": index, "_id": article.id, "version": version_of(article), "version_type": kind}
                operations[article.id] = Operation({"index": about}, document)
        written = dict(zip(operations, self._bulk.write([*operations.values()]), strict=True)) if operations else {}
        outcomes: dict[str, Any] = indices | written
        return [_result(outcomes[article.id]) for article, _ in made]

    def get(self, article_id: str) -> EnrichedArticle | None:
        name = storable_text(article_id)
        with faults("get an article"):
            index = self._ids.look_up([name]).get(name)
            if index is None:
                return None
            (found,) = documents(self._client, [{"_index": index, "_id": name}])
        return article_of(found["_source"]) if found.get("found") else None

    def search(self, query: Query, *, sort: Sort = "relevance", limit: int = 10, offset: int = 0) -> Page:
        """Find articles; ``relevance`` is Elasticsearch's BM25. Raises Refused for a page beyond the 10,000th article."""
        if offset + limit > _DEEPEST:
            raise Refused(
                f"Elasticsearch returns only the first {_DEEPEST:,} articles of a query; narrow it, for example with after: and before:"
            )
        ranked = sort == "relevance"
        order = [{"_score": "desc"}, *_BY_TIME["newest"]] if ranked else _BY_TIME[sort]
        found = self._ask(query, size=limit, from_=offset, sort=order, track_total_hits=True, track_scores=ranked)
        hits = tuple(Hit(article_of(hit["_source"]), float(hit["_score"] or 0) if ranked else 0.0) for hit in found["hits"]["hits"])
        return Page(found["hits"]["total"]["value"], hits)

    def facets(self, query: Query, fields: Sequence[FacetField], *, size: int = 10) -> dict[FacetField, tuple[Count, ...]]:
        """Count values. Each shard returns its own most frequent ones; it is asked for more while a frequent one may be hidden."""
        counts: dict[FacetField, tuple[Count, ...]] = dict.fromkeys(fields, ())
        waiting, returned = list(fields) if size else [], max(size, _FACET_VALUES)
        while waiting:
            terms = {
                "size": size,
                "shard_size": returned,
                "show_term_doc_count_error": True,
                "order": [{"_count": "desc"}, {"_key": "asc"}],
            }
            wanted = {field: {"terms": {"field": _FACETS[field], **terms}} for field in waiting}
            found = self._ask(query, size=0, aggs=wanted).get("aggregations", {})
            for field in found:
                counts[field] = tuple(Count(bucket["key"], bucket["doc_count"]) for bucket in found[field]["buckets"])
            waiting = [field for field in found if not _is_certain(found[field], size)] if returned < _MOST_FACET_VALUES else []
            returned = min(returned * 10, _MOST_FACET_VALUES)
        return counts

    def timeline(self, query: Query, bucket: Bucket) -> tuple[TimeCount, ...]:
        wanted = {"line": {"date_histogram": {"field": "time", "calendar_interval": bucket, "min_doc_count": 1}}}
        found = self._ask(query, size=0, aggs=wanted).get("aggregations", {}).get("line", {"buckets": ()})["buckets"]
        return tuple(TimeCount(datetime.fromtimestamp(row["key"] / 1000, UTC), row["doc_count"]) for row in found)

    def scan(self, query: Query) -> Iterator[EnrichedArticle]:
        for hits in pages(partial(self._ask, query), _SCANNED):
            yield from (article_of(hit["_source"]) for hit in hits)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, query: Query, **options: Any) -> Any:
        with self._analyser() as analyser:
            wanted = clause(query, analyser)
        with faults("search"):
            # A shard that is down makes the search fail: its articles must not be left out silently.
            options |= {"allow_no_indices": True, "ignore_unavailable": True, "allow_partial_search_results": False}
            return self._client.search(index=self._pattern, query=wanted, **options).body

    @contextmanager
    def _analyser(self) -> Iterator[Analyser]:
        """An analyser that no other thread uses meanwhile."""
        try:
            analyser = self._analysers.pop()
        except IndexError:
            analyser = self._make_analyser()
        try:
            yield analyser
        finally:
            self._analysers.append(analyser)


def _is_certain(facet: Any, size: int) -> bool:
    """Whether no shard can hold a value that would change these counts, or the choice of values."""
    buckets = facet["buckets"]
    exact = not any(bucket["doc_count_error_upper_bound"] for bucket in buckets)
    hidden = facet["doc_count_error_upper_bound"]
    return exact and (not hidden or (len(buckets) == size and buckets[-1]["doc_count"] > hidden))


def _rounds(made: Sequence[tuple[EnrichedArticle, bytes]], waiting: list[int]) -> Iterator[list[int]]:
    """Positions of articles that may be written together: each id once in a round, in the order given."""
    while waiting:
        first: dict[str, int] = {}
        for at in waiting:
            first.setdefault(made[at][0].id, at)
        yield list(first.values())
        waiting = [at for at in waiting if first[made[at][0].id] != at]


def _result(outcome: int | Rejected) -> PutResult | Rejected:
    if isinstance(outcome, Rejected):
        return outcome
    return PutResult.DUPLICATE if outcome == CONFLICT else PutResult.INDEXED
