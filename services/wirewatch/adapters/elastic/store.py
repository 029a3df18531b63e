"""The store of a cluster: Elasticsearch, an index for each month, and a claim for each article.

An article stands in the index of the month in which it was first seen, and stays there: which one that is, is claimed once by its id in
an index of its own, so that a copy sent again a month later, undated or dated anew meets its earlier self (docs/decisions/0004). It is
written under an external version: a copy conflicts with what is there and changes nothing, a later correction wins.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from elasticsearch import Elasticsearch

from wirewatch.adapters.elastic.bulk import CONFLICT, Bulk, Operation
from wirewatch.adapters.elastic.client import Unanswered, faults
from wirewatch.adapters.elastic.documents import article_of, encoded, version_of
from wirewatch.adapters.elastic.id_registry import claim
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

CLAIMS, ARTICLES = "article-ids", "articles"
# As far as Elasticsearch gives pages (index.max_result_window).
_DEEPEST = 10_000
_SCANNED = 500
# As long as Elasticsearch takes an id, in bytes; a longer one, or none, would have the whole request refused.
_LONGEST_ID = 512
# How many values each shard names for a facet, until their counts together are certain; and what is not gone beyond.
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
        """``analyser`` makes one, of which each put has its own: it is not thread-safe.

        ``retry``: how long to go on with what is away; None gives up at once. ``refresh``: what was put is found at once, for tests.
        """
        self._client = client
        self._make_analyser = analyser
        self._analysers = [analyser()]
        self._bulk = Bulk(client, retry)
        self._claims = f"{prefix}{CLAIMS}"
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
            self._client.indices.refresh(index=f"{self._pattern},{self._claims}")
        return [results[at] for at in range(len(articles))]

    def _put(self, made: Sequence[tuple[EnrichedArticle, bytes]], *, replace: bool) -> list[PutResult | Rejected]:
        homes = self._homes([article for article, _ in made])
        kind = "external_gte" if replace else "external"
        operations: dict[str, Operation] = {}
        for article, document in made:
            home = homes[article.id]
            if isinstance(home, str):
                about = {"_index": home, "_id": article.id, "version": version_of(article), "version_type": kind}
                operations[article.id] = Operation({"index": about}, document)
        written = dict(zip(operations, self._bulk.write([*operations.values()]), strict=True)) if operations else {}
        outcomes: dict[str, Any] = homes | written
        return [_result(outcomes[article.id]) for article, _ in made]

    def _homes(self, articles: Sequence[EnrichedArticle]) -> dict[str, str | Rejected]:
        """The index of each article, claimed now or when it came first, or why it can have none."""
        own = {article.id: f"{self._articles}{utc(article.first_seen_at):%Y.%m}" for article in articles}
        homes: dict[str, str | Rejected] = {}
        # Again for a claim that was there and is taken away meanwhile.
        while homeless := [name for name in own if name not in homes]:
            claims = [claim(self._claims, name, own[name]) for name in homeless]
            outcomes = dict(zip(homeless, self._bulk.write(claims), strict=True))
            homes |= {name: own[name] if isinstance(outcome, int) else outcome for name, outcome in outcomes.items() if outcome != CONFLICT}
            if taken := [name for name, outcome in outcomes.items() if outcome == CONFLICT]:
                homes |= self._bulk.patiently(partial(self._claimed, taken))
        return homes

    def _claimed(self, ids: Sequence[str]) -> dict[str, str]:
        found = self._documents([{"_index": self._claims, "_id": name, "_source": ["index"]} for name in ids])
        return {doc["_id"]: doc["_source"]["index"] for doc in found if doc.get("found")}

    def _documents(self, wanted: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Documents by index and id, as they are now. One that can't be looked for is not one that is missing."""
        found: list[dict[str, Any]] = self._client.mget(docs=wanted)["docs"]
        for doc in found:
            if (kind := doc.get("error", {}).get("type", "index_not_found_exception")) != "index_not_found_exception":
                raise Unanswered(f"an article can't be looked for ({kind})")
        return found

    def get(self, article_id: str) -> EnrichedArticle | None:
        name = storable_text(article_id)
        with faults("get an article"):
            home = self._claimed([name]).get(name)
            if home is None:
                return None
            found = self._documents([{"_index": home, "_id": name}])[0]
        return article_of(found["_source"]) if found.get("found") else None

    def search(self, query: Query, *, sort: Sort = "relevance", limit: int = 10, offset: int = 0) -> Page:
        """Find articles; ``relevance`` is Elasticsearch's BM25. Raises Refused for a page behind the 10,000th article."""
        if offset + limit > _DEEPEST:
            raise Refused(f"Elasticsearch gives the first {_DEEPEST:,} articles of a query; narrow it, by after: and before: for example")
        ranked = sort == "relevance"
        order = [{"_score": "desc"}, *_BY_TIME["newest"]] if ranked else _BY_TIME[sort]
        found = self._ask(query, size=limit, from_=offset, sort=order, track_total_hits=True, track_scores=ranked)
        hits = tuple(Hit(article_of(hit["_source"]), float(hit["_score"] or 0) if ranked else 0.0) for hit in found["hits"]["hits"])
        return Page(found["hits"]["total"]["value"], hits)

    def facets(self, query: Query, fields: Sequence[FacetField], *, size: int = 10) -> dict[FacetField, tuple[Count, ...]]:
        """Count values. Each month's shards name their own most frequent ones; they are asked for more while that may hide one."""
        counts: dict[FacetField, tuple[Count, ...]] = dict.fromkeys(fields, ())
        waiting, named = list(fields) if size else [], max(size, _FACET_VALUES)
        while waiting:
            terms = {"size": size, "shard_size": named, "show_term_doc_count_error": True, "order": [{"_count": "desc"}, {"_key": "asc"}]}
            wanted = {field: {"terms": {"field": _FACETS[field], **terms}} for field in waiting}
            found = self._ask(query, size=0, aggs=wanted).get("aggregations", {})
            for field in found:
                counts[field] = tuple(Count(bucket["key"], bucket["doc_count"]) for bucket in found[field]["buckets"])
            waiting = [field for field in found if not _is_certain(found[field], size)] if named < _MOST_FACET_VALUES else []
            named = min(named * 10, _MOST_FACET_VALUES)
        return counts

    def timeline(self, query: Query, bucket: Bucket) -> tuple[TimeCount, ...]:
        wanted = {"line": {"date_histogram": {"field": "time", "calendar_interval": bucket, "min_doc_count": 1}}}
        found = self._ask(query, size=0, aggs=wanted).get("aggregations", {}).get("line", {"buckets": ()})["buckets"]
        return tuple(TimeCount(datetime.fromtimestamp(row["key"] / 1000, UTC), row["doc_count"]) for row in found)

    def scan(self, query: Query) -> Iterator[EnrichedArticle]:
        after: list[Any] | None = None
        while True:
            found = self._ask(query, size=_SCANNED, sort=[{"id": "asc"}], search_after=after, track_total_hits=False)["hits"]["hits"]
            yield from (article_of(hit["_source"]) for hit in found)
            if len(found) < _SCANNED:
                return
            after = found[-1]["sort"]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _ask(self, query: Query, **options: Any) -> Any:
        given = {name: value for name, value in options.items() if value is not None}
        with self._analyser() as analyser:
            wanted = clause(query, analyser)
        with faults("search"):
            # What a shard that is away would give is not left out in silence.
            given |= {"allow_no_indices": True, "ignore_unavailable": True, "allow_partial_search_results": False}
            return self._client.search(index=self._pattern, query=wanted, **given).body

    @contextmanager
    def _analyser(self) -> Iterator[Analyser]:
        """An analyser that no other thread has at the time."""
        try:
            analyser = self._analysers.pop()
        except IndexError:
            analyser = self._make_analyser()
        try:
            yield analyser
        finally:
            self._analysers.append(analyser)


def _is_certain(facet: Any, size: int) -> bool:
    """Tell whether no shard has kept back what would change the counts, or the choice, of these values."""
    buckets = facet["buckets"]
    exact = not any(bucket["doc_count_error_upper_bound"] for bucket in buckets)
    hidden = facet["doc_count_error_upper_bound"]
    return exact and (not hidden or (len(buckets) == size and buckets[-1]["doc_count"] > hidden))


def _rounds(made: Sequence[tuple[EnrichedArticle, bytes]], waiting: list[int]) -> Iterator[list[int]]:
    """Places of articles that may be written together: of one id only one, and an earlier one before a later one."""
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
