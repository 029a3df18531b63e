"""The whole path in one process: read a source, process each message, commit articles, dead letters and progress together.

A commit is one transaction of the store, so that a run killed at any moment goes on where the last commit ended: nothing is lost and
nothing stands there twice.
"""

import gc
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from wirewatch.core.article import DeadLetter, EnrichedArticle, Origin
from wirewatch.core.ingest.identity import letter_id
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.core.pipeline import Pipeline
from wirewatch.metrics import Metrics
from wirewatch.ports.signals import Clock
from wirewatch.ports.source import ArticleSource, Record
from wirewatch.ports.store import EmbeddedStore, PutResult
from wirewatch.runtime.reject_limit import Ceiling

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
    stage_seconds: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0
    stopped: bool = False
    resumed: list[str] = field(default_factory=list)


class Progress(Protocol):
    """Told of a run's course."""

    def start(self, source: ArticleSource, position: int) -> None:
        """Reading begins behind ``position``."""

    def advance(self, position: int, read: int) -> None:
        """All up to ``position`` is committed, ``read`` messages of this run in all."""


class Silent:
    """Progress that nobody looks at."""

    def start(self, source: ArticleSource, position: int) -> None: ...

    def advance(self, position: int, read: int) -> None: ...


@dataclass(kw_only=True)
class _Batch:
    articles: list[EnrichedArticle] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    position: int = 0
    size: int = 0


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
        reject_ceiling: int,
        progress: Progress | None = None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        self._pipeline = pipeline
        self._store = store
        self._metrics = metrics
        self._clock = clock
        self._batch_articles = batch_articles
        self._batch_seconds = batch_seconds
        self._ceiling = Ceiling(reject_ceiling)
        self._progress = progress or Silent()
        self._should_stop = should_stop
        self._source: ArticleSource | None = None
        self._batch = _Batch()
        self._batch_started = 0.0
        self._store_seconds = 0.0
        self._stages_reported: dict[str, float] = {}
        self._active = time.monotonic()
        self.summary = Summary()

    def stuck(self) -> str | None:
        """What is wrong if nothing has moved for two minutes; waiting for articles is fine. May be called from any thread."""
        seconds = time.monotonic() - self._active
        return f"nothing has moved for {seconds:.0f} s" if seconds > _STUCK_SECONDS else None

    def not_ready(self) -> str | None:
        """Why articles are not being worked on, if they are not. May be called from any thread."""
        return self.stuck() or (None if self._source else "no source is open yet")

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
            self.summary.stage_seconds = self._stages()
        return self.summary

    def idle(self) -> None:
        """Commit what has gathered: a source that waits for more calls this, so that no article waits with it."""
        self._active = time.monotonic()
        if self._source:
            self._commit(self._source)

    def _run_source(self, source: ArticleSource, *, from_start: bool) -> None:
        after = None if from_start else self._store.checkpoint(source.name)
        self._source, self._batch = source, _Batch()
        try:
            for record in self._started(source, source.records(after)):
                self._handle(record, source)
                if self._batch.size >= self._batch_articles or self._active - self._batch_started >= self._batch_seconds:
                    self._commit(source)
                self._ceiling.check(source.name)
                if self._should_stop():
                    self.summary.stopped = True
                    break
        finally:
            # What was processed before a fault is not thrown away; a fault of the store itself has emptied the batch.
            self._commit(source)

    def _started(self, source: ArticleSource, records: Iterator[Record]) -> Iterator[Record]:
        """Say where reading began once the first record tells: a replaced file begins anew."""
        first = True
        for record in records:
            if first:
                self._progress.start(source, record.offset)
                if record.offset:
                    self.summary.resumed.append(source.name)
                first = False
            yield record

    def _handle(self, record: Record, source: ArticleSource) -> None:
        now = self._clock()
        self._active = time.monotonic()
        if not self._batch.size:
            self._batch_started = self._active
        self._batch.size += 1
        self._batch.position = record.position
        self.summary.read += 1
        self._metrics.received.inc()
        self._metrics.in_flight.inc()
        outcome = Rejected(Reason(record.fault[0]), record.fault[1]) if record.fault else self._process(record.raw, now)
        if isinstance(outcome, Rejected):
            origin = Origin(topic=source.name, offset=record.offset)
            self._batch.dead.append(
                DeadLetter(
                    id=letter_id(origin.topic, origin.partition, origin.offset, record.raw),
                    raw=record.raw,
                    reason=outcome.reason,
                    detail=outcome.detail,
                    origin=origin,
                    failed_at=now,
                )
            )
            self._ceiling.rejected(outcome)
        else:
            self._batch.articles.append(outcome)
            self._ceiling.accepted()

    def _process(self, raw: bytes, now: datetime) -> EnrichedArticle | Rejected:
        try:
            return self._pipeline.process(raw, now=now)
        except Exception as error:  # noqa: BLE001 - one article that no step foresaw must not stop the others; reject_ceiling bounds it
            return Rejected(Reason.CRASHED, f"{type(error).__name__} while it was processed; please report it with the message")

    def _commit(self, source: ArticleSource) -> None:
        batch, self._batch = self._batch, _Batch()
        if not batch.size:
            return
        begin = time.perf_counter()
        results = self._store.commit(batch.articles, batch.dead, source.checkpoint(batch.position))
        self._store_seconds += time.perf_counter() - begin
        self._count(batch, results)
        self._progress.advance(batch.position, self.summary.read)

    def _count(self, batch: _Batch, results: Sequence[PutResult]) -> None:
        summary, metrics = self.summary, self._metrics
        for result, count in Counter(results).items():
            metrics.processed.labels(result).inc(count)
        summary.duplicate += results.count(PutResult.DUPLICATE)
        self._count_indexed([article for article, result in zip(batch.articles, results, strict=True) if result is PutResult.INDEXED])
        for letter in batch.dead:
            summary.rejected[letter.reason] += 1
            metrics.processed.labels("rejected").inc()
            metrics.dead_letters.labels(letter.reason).inc()
        metrics.in_flight.dec(batch.size)
        for stage, seconds in self._stages().items():
            metrics.stage_seconds.labels(stage).inc(seconds - self._stages_reported.get(stage, 0.0))
            self._stages_reported[stage] = seconds

    def _count_indexed(self, articles: Sequence[EnrichedArticle]) -> None:
        """Add up a batch, then tell the metrics, which take longer for one number than adding up takes for all."""
        summary, metrics = self.summary, self._metrics
        summary.indexed += len(articles)
        summary.words += sum(article.body.count(" ") + 1 for article in articles)
        summary.languages.update(article.language.code for article in articles)
        flags: Counter[str] = Counter(flag for article in articles for flag in article.flags)
        topics = Counter(topic for article in articles for topic in article.topic_ids)
        entities: Counter[tuple[str, str]] = Counter((entity.name, entity.type) for article in articles for entity in article.entities)
        types: Counter[str] = Counter()
        for (_, kind), count in entities.items():
            types[kind] += count
        summary.flags.update(flags)
        summary.topics.update(topics)
        summary.entities.update(entities)
        for metric, counts in ((metrics.flagged, flags), (metrics.topics, topics), (metrics.entities, types)):
            for label, count in counts.items():
                metric.labels(label).inc(count)
        for article in articles:
            if article.published_at:
                metrics.publish_delay.observe(max(0.0, (article.first_seen_at - article.published_at).total_seconds()))
        if articles:
            metrics.last_indexed.set(articles[-1].first_seen_at.timestamp())

    def _stages(self) -> dict[str, float]:
        return {**self._pipeline.seconds, "store": self._store_seconds}
