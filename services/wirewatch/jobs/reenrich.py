"""Stored articles enriched again, after a rule, the gazetteer or a model changed.

What is done has the current versions: a run that was killed goes on where it ended simply by being started again.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from wirewatch.core.article import EnrichedArticle, Versions
from wirewatch.core.outcome import Rejected
from wirewatch.core.search.parser import parse
from wirewatch.core.search.query import And, Dated, Everything, Query, QueryError
from wirewatch.ports.store import ArticleStore, PutResult

_BATCH = 256
# So many articles that failed are named.
_NAMED = 10


class Enrichment(Protocol):
    """Enriches a stored article again."""

    def reenrich(self, article: EnrichedArticle) -> EnrichedArticle | Rejected: ...


@dataclass(kw_only=True)
class Reenriched:
    """What became of the articles looked at. ``newer``: a correction arrived meanwhile, and stays.

    ``failed`` counts by reason those left as they were; ``failed_ids`` names the first ones.
    """

    looked_at: int = 0
    enriched: int = 0
    up_to_date: int = 0
    newer: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    failed_ids: list[str] = field(default_factory=list)
    stopped: bool = False


def selection(query: str, *, since: str | None = None, until: str | None = None) -> Query:
    """The articles of a query from ``since`` on and before ``until``. Raises QueryError."""
    parts: list[Query] = []
    asked = parse(query)
    if isinstance(asked, And):
        parts += asked.parts
    elif not isinstance(asked, Everything):
        parts.append(asked)
    parts += [_dated(bound, date) for bound, date in (("after", since), ("before", until)) if date is not None]
    return And(tuple(parts)) if len(parts) > 1 else parts[0] if parts else asked


def _dated(bound: str, date: str) -> Query:
    text = f'{bound}:"{date}"'
    found = parse(text)
    if not isinstance(found, Dated):
        raise QueryError("only a date is expected here", 0, text)
    return found


class Reenrichment:
    """Goes through a store once. One run, one thread."""

    def __init__(
        self,
        *,
        pipeline: Enrichment,
        versions: Versions,
        store: ArticleStore,
        should_stop: Callable[[], bool] = lambda: False,
        advanced: Callable[[int], None] = lambda _looked_at: None,
    ) -> None:
        """``versions`` are those the pipeline writes; ``advanced`` is called from time to time with the number of articles looked at."""
        self._pipeline = pipeline
        self._versions = versions
        self._store = store
        self._should_stop = should_stop
        self._advanced = advanced
        self._batch: list[EnrichedArticle] = []
        self.summary = Reenriched()

    def run(self, query: Query, *, force: bool = False) -> Reenriched:
        """Enrich the articles of a query that other versions made, with ``force`` the others too. Raises the store's errors."""
        for article in self._store.scan(query):
            self._handle(article, force=force)
            if len(self._batch) >= _BATCH:
                self._put()
            if self.summary.looked_at % _BATCH == 0:
                self._advanced(self.summary.looked_at)
            if self._should_stop():
                self.summary.stopped = True
                break
        self._put()
        self._advanced(self.summary.looked_at)
        return self.summary

    def _handle(self, article: EnrichedArticle, *, force: bool) -> None:
        self.summary.looked_at += 1
        if article.versions == self._versions and not force:
            self.summary.up_to_date += 1
            return
        outcome = self._pipeline.reenrich(article)
        if isinstance(outcome, Rejected):
            self._failed(article.id, outcome)
        else:
            self._batch.append(outcome)

    def _put(self) -> None:
        batch, self._batch = self._batch, []
        if not batch:
            return
        for article, result in zip(batch, self._store.put(batch, replace=True), strict=True):
            if isinstance(result, Rejected):
                self._failed(article.id, result)
            elif result is PutResult.DUPLICATE:
                self.summary.newer += 1
            else:
                self.summary.enriched += 1

    def _failed(self, article_id: str, rejected: Rejected) -> None:
        self.summary.failed[f"{rejected.reason}: {rejected.detail}"] += 1
        if len(self.summary.failed_ids) < _NAMED:
            self.summary.failed_ids.append(article_id)
