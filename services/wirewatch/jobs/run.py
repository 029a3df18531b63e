"""The whole path in one process: read a source, process each message, commit articles, dead letters and progress together.

A commit is one transaction of the store, so that a run killed at any moment goes on where the last commit ended: nothing is lost and
nothing is stored twice.
"""

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from wirewatch.core.article import DeadLetter, EnrichedArticle, Origin
from wirewatch.core.ingest.dead_letters import dead_letter
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.core.pipeline import Pipeline
from wirewatch.jobs.reading import Progress, Silent, read_on
from wirewatch.metrics import Counted, Metrics
from wirewatch.ports.signals import Clock
from wirewatch.ports.source import ArticleSource, Record
from wirewatch.ports.store import EmbeddedStore, PutResult
from wirewatch.runtime.health import Health, Pulse
from wirewatch.runtime.reject_limit import RejectLimit

# No article and no transaction takes this long: a store that is locked, a step that hangs.
_STUCK_SECONDS = 120.0
# So many objects more than there were are a reason to collect garbage; a batch of long articles makes about as many.
_ALLOCATIONS = 20_000


@dataclass(kw_only=True)
class Summary:
    """What a run did."""

    read: int = 0
    indexed: int = 0
    duplicate: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    words: int = 0
    entities: Counter[tuple[str, str]] = field(default_factory=Counter)
    topics: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    flags: Counter[str] = field(default_factory=Counter)
    stage_seconds: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    stopped: bool = False
    resumed: list[str] = field(default_factory=list)

    def count(self, indexed: Sequence[EnrichedArticle]) -> None:
        """Add articles that are new in the store."""
        self.indexed += len(indexed)
        self.words += sum(article.body.count(" ") + 1 for article in indexed)
        self.languages.update(article.language.code for article in indexed)
        self.flags.update(flag for article in indexed for flag in article.flags)
        self.topics.update(topic for article in indexed for topic in article.topic_ids)
        self.entities.update((entity.name, entity.type) for article in indexed for entity in article.entities)


@dataclass(kw_only=True)
class _Batch:
    articles: list[EnrichedArticle] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    position: int = 0
    size: int = 0
    store_seconds: float = 0.0


@contextmanager
def _rare_collections() -> Iterator[None]:
    """Look for cyclic garbage seldom, and not among the names and rules that were loaded: looking takes 5 % of a run."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


class EmbeddedRun:
    """Runs sources through the pipeline into the store. One run, one thread."""

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        store: EmbeddedStore,
        metrics: Metrics,
        clock: Clock,
        batch_articles: int,
        batch_seconds: float,
        reject_limit: int,
        progress: Progress | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._batch_articles = batch_articles
        self._batch_seconds = batch_seconds
        self._limit = RejectLimit(reject_limit)
        self._progress = progress or Silent()
        self._should_stop = should_stop
        self._source: ArticleSource | None = None
        self._batch = _Batch()
        self._batch_started = 0.0
        # Waiting for articles is fine: ``flush`` beats, too.
        self._pulse = Pulse(lambda: "nothing has moved", _STUCK_SECONDS)
        self.health = Health(self._pulse, faults=(lambda: None if self._source else "no source is open yet",))
        self.summary = Summary()

    def run(self, sources: Sequence[ArticleSource], *, from_start: bool = False) -> Summary:
        """Read each source to its end, on from its checkpoint unless ``from_start``.

        Raises TooManyRejected, SourceError and the store's errors; what was committed before stays.
        """
        begin = time.perf_counter()
        try:
            with _rare_collections():
                for source in sources:
                    self._run_source(source, from_start=from_start)
                    if self.summary.stopped:
                        break
        finally:
            self.summary.seconds = time.perf_counter() - begin
        return self.summary

    def flush(self) -> None:
        """Commit what has gathered: a source that waits for more calls this, so that no article waits with it."""
        self._pulse.beat()
        if self._source:
            self._commit(self._source)

    def _run_source(self, source: ArticleSource, *, from_start: bool) -> None:
        after = None if from_start else self._store.checkpoint(source.name)
        self._source, self._batch = source, _Batch()
        try:
            for record in read_on(source, after, progress=self._progress, resumed=self.summary.resumed):
                self._handle(record, source)
                if self._batch.size >= self._batch_articles or self._pulse.last - self._batch_started >= self._batch_seconds:
                    self._commit(source)
                self._limit.check(source.name)
                if self._should_stop():
                    self.summary.stopped = True
                    break
        finally:
            # What was processed before a fault is not thrown away; a fault of the store itself has emptied the batch.
            self._commit(source)

    def _handle(self, record: Record, source: ArticleSource) -> None:
        now = self._clock()
        self._pulse.beat()
        if not self._batch.size:
            self._batch_started = self._pulse.last
        self._batch.size += 1
        self._batch.position = record.position
        self.summary.read += 1
        self._metrics.received.inc()
        self._metrics.in_flight.inc()
        outcome = Rejected(Reason(record.fault[0]), record.fault[1]) if record.fault else self._pipeline.process(record.raw, now=now)
        if isinstance(outcome, Rejected):
            self._batch.dead.append(dead_letter(record.raw, outcome, origin=Origin(topic=source.name, offset=record.offset), now=now))
            self._limit.rejected(outcome)
        else:
            self._batch.articles.append(outcome)
            self._limit.accepted()

    def _commit(self, source: ArticleSource) -> None:
        batch, self._batch = self._batch, _Batch()
        if not batch.size:
            return
        begin = time.perf_counter()
        results = self._store.commit(batch.articles, batch.dead, source.checkpoint(batch.position))
        batch.store_seconds = time.perf_counter() - begin
        self._count(batch, results)
        self._progress.advance(batch.position, self.summary.read)

    def _count(self, batch: _Batch, results: Sequence[PutResult]) -> None:
        summary, metrics = self.summary, self._metrics
        indexed = [article for article, result in zip(batch.articles, results, strict=True) if result is PutResult.INDEXED]
        summary.count(indexed)
        summary.duplicate += results.count(PutResult.DUPLICATE)
        summary.rejected.update(letter.reason for letter in batch.dead)
        metrics.count(map(Counted.of, indexed))
        if indexed:
            metrics.last_indexed.set(indexed[-1].first_seen_at.timestamp())
        for letter in batch.dead:
            metrics.dead_letters.labels(letter.reason).inc()
        for result, count in Counter([*results, *("rejected" for _ in batch.dead)]).items():
            metrics.processed.labels(result).inc(count)
        metrics.in_flight.dec(batch.size)
        seconds = self._pipeline.pop_seconds() | {"store": batch.store_seconds}
        summary.stage_seconds.update(seconds)
        metrics.count_stages(seconds)
