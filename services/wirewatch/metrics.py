"""Every metric once. ``docs/metrics.md`` is written from here.

Labels come from closed lists only (results, reasons, stages, types, topics), and each label set starts at zero.
"""

from collections import Counter as Counts
from collections.abc import Iterable, Mapping
from typing import Self, get_args

from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info

from wirewatch.core.article import EnrichedArticle, EntityType, Flag
from wirewatch.core.outcome import Reason
from wirewatch.core.pipeline import STEPS
from wirewatch.ports.store import PutResult

# ``enriched`` is what an enrich worker has sent on; ``released`` what a worker has left to another one.
RESULTS = (*PutResult, "enriched", "rejected", "released")
# What had to be tried again: a pool process, or a message to the broker or the store.
RETRIES = ("process", "broker", "store")
STAGES = (*STEPS, "store")
# Around the objective of 60 s.
_FRESHNESS_BUCKETS = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3_600)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
# From a news desk's minutes to an archive's years.
_DELAY_BUCKETS = (_MINUTE, 5 * _MINUTE, 15 * _MINUTE, _HOUR, 3 * _HOUR, 12 * _HOUR, _DAY, 7 * _DAY, 30 * _DAY, 365 * _DAY)


class Counted(Struct, frozen=True):
    """What is counted of an enriched article. ``publish_delay`` in seconds; None without a publication time, and for history."""

    topics: tuple[str, ...]
    entities: tuple[EntityType, ...]
    flags: tuple[Flag, ...]
    publish_delay: float | None

    @classmethod
    def of(cls, article: EnrichedArticle) -> Self:
        """Those of this article."""
        delay = None
        if article.published_at and not article.backfill:
            delay = max(0.0, (article.first_seen_at - article.published_at).total_seconds())
        return cls(article.topic_ids, tuple(entity.type for entity in article.entities), article.flags, delay)


class Metrics:
    """The metrics of one process, registered in ``registry``.

    At any time articles received = indexed + duplicate + enriched + rejected + released + in flight.
    """

    def __init__(self, registry: CollectorRegistry, *, topics: Iterable[str] = ()) -> None:
        self.registry = registry
        self.build = Info("wirewatch_build", "Versions of the program, its rules and its gazetteer.", registry=registry)
        self.received = Counter("wirewatch_articles_received", "Messages read from a source.", registry=registry)
        self.processed = Counter(
            "wirewatch_articles_processed", "Messages done with, each counted once, by result.", ["result"], registry=registry
        )
        self.in_flight = Gauge("wirewatch_articles_in_flight", "Messages read and not yet done with.", registry=registry)
        self.dead_letters = Counter(
            "wirewatch_dead_letters", "Messages that could not become an article, by reason.", ["reason"], registry=registry
        )
        self.flagged = Counter(
            "wirewatch_articles_flagged", "Articles with something odd about them, by flag.", ["flag"], registry=registry
        )
        self.topics = Counter("wirewatch_topics_tagged", "Articles indexed with a topic.", ["topic"], registry=registry)
        self.entities = Counter("wirewatch_entities_found", "Entities in the articles indexed, by type.", ["type"], registry=registry)
        self.stage_seconds = Counter("wirewatch_stage_seconds", "Time spent in each stage.", ["stage"], registry=registry)
        self.publish_delay = Histogram(
            "wirewatch_publish_delay_seconds",
            "From an article's stated publication to when it was first seen: the source's quality, not ours.",
            buckets=_DELAY_BUCKETS,
            registry=registry,
        )
        self.article_delay = Histogram(
            "wirewatch_article_delay_seconds",
            "From when Kafka took an article to when the store has it; history does not count.",
            buckets=_FRESHNESS_BUCKETS,
            registry=registry,
        )
        self.retries = Counter(
            "wirewatch_retries", "Attempts that failed and were made again, by what they were for.", ["target"], registry=registry
        )
        self.last_indexed = Gauge(
            "wirewatch_last_article_indexed_timestamp_seconds", "When an article was last put into the store.", registry=registry
        )
        self._zero(topics)

    def count(self, articles: Iterable[Counted]) -> None:
        """Count enriched articles. They are added up first: to tell the metrics takes longer for one number than that does for all."""
        topics, entities, flags = Counts[str](), Counts[str](), Counts[str]()
        for article in articles:
            topics.update(article.topics)
            entities.update(article.entities)
            flags.update(article.flags)
            if article.publish_delay is not None:
                self.publish_delay.observe(article.publish_delay)
        for metric, counts in ((self.topics, topics), (self.entities, entities), (self.flagged, flags)):
            for label, count in counts.items():
                metric.labels(label).inc(count)

    def count_stages(self, seconds: Mapping[str, float]) -> None:
        """Add the seconds that stages took."""
        for stage, spent in seconds.items():
            self.stage_seconds.labels(stage).inc(spent)

    def _zero(self, topics: Iterable[str]) -> None:
        labels: tuple[tuple[Counter, Iterable[str]], ...] = (
            (self.processed, RESULTS),
            (self.dead_letters, Reason),
            (self.flagged, get_args(Flag)),
            (self.topics, topics),
            (self.entities, get_args(EntityType)),
            (self.stage_seconds, STAGES),
            (self.retries, RETRIES),
        )
        for counter, values in labels:
            for value in values:
                counter.labels(value)


class LagMetrics:
    """The metrics of the process that measures the workers' lag, registered in ``registry``."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        labels = ["group", "topic"]
        self.records = Gauge("wirewatch_consumer_lag_records", "Messages that a group has not committed yet.", labels, registry=registry)
        self.seconds = Gauge("wirewatch_consumer_lag_seconds", "Age of the oldest of them.", labels, registry=registry)
        self.measured = Gauge("wirewatch_consumer_lag_measured_timestamp_seconds", "When the lag was last measured.", registry=registry)
        self.faults = Counter("wirewatch_consumer_lag_faults", "Measurements that failed.", registry=registry)
