"""Builds what talks to Kafka; see ``bootstrap`` for the rest."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from functools import partial
from threading import Event

from prometheus_client import CollectorRegistry, disable_created_metrics

from wirewatch.adapters.files.send_state import SendStateFile
from wirewatch.adapters.kafka.catalogue import DEAD, ENRICHED, READS, REPLAYED, TopicSpec, load_topic_specs, replay_topic, topic_name
from wirewatch.adapters.kafka.connection import Tell, silent
from wirewatch.adapters.kafka.dead_letters import KafkaLetters
from wirewatch.adapters.kafka.lag import KafkaLag
from wirewatch.adapters.kafka.producer import KafkaPublisher
from wirewatch.adapters.kafka.reader import TopicReader
from wirewatch.adapters.kafka.setup import TopicSetup, TopicState
from wirewatch.adapters.status_http import StatusServer
from wirewatch.bootstrap.access import kafka_access
from wirewatch.bootstrap.taggers import utc_now
from wirewatch.jobs.dead_letters import StreamReplay
from wirewatch.jobs.run import Progress
from wirewatch.jobs.send import Pace, SendRun
from wirewatch.metrics import LagMetrics
from wirewatch.ports.broker import Lag
from wirewatch.ports.store import DeadLetterBox
from wirewatch.settings import Settings
from wirewatch.workers.lag import LagMeter

WAIT_SECONDS = 30.0


@contextmanager
def _topics(settings: Settings, wait_seconds: float, tell: Tell) -> Iterator[TopicSetup]:
    access = kafka_access(settings)
    setup = TopicSetup(access, prefix=settings.kafka_prefix, replication=settings.kafka_replication, wait_seconds=wait_seconds, tell=tell)
    with closing(setup):
        yield setup


def setup_kafka(
    settings: Settings, *, alter: bool = False, add_partitions: bool = False, wait_seconds: float = WAIT_SECONDS, tell: Tell = silent
) -> list[TopicState]:
    """Make the declared topics and tell where those that were there differ. Raises Unavailable, Refused."""
    with _topics(settings, wait_seconds, tell) as topics:
        return topics.run(load_topic_specs(), alter=alter, add_partitions=add_partitions)


def check_topics(settings: Settings, *workers: str, wait_seconds: float = 0.0, tell: Tell = silent) -> str:
    """See that Kafka answers and has the topics that these workers read and write, as declared; return a line that says so.

    For a worker at its start, before it touches a message. Raises Unavailable, Refused.
    """
    specs = {name: spec for name, spec in load_topic_specs().items() if {*spec.readers, *spec.writers} & {*workers}}
    with _topics(settings, wait_seconds, tell) as topics:
        topics.check(specs)
    return f"{', '.join(settings.kafka_servers)}: {len(specs)} topics as declared"


def check_kafka(settings: Settings, *, wait_seconds: float = 0.0, tell: Tell = silent) -> str:
    """``check_topics`` for all workers and for dead letters."""
    return check_topics(settings, *READS, "dlq", wait_seconds=wait_seconds, tell=tell)


@contextmanager
def sending(
    settings: Settings, topic: str, *, rate: float, wait_seconds: float, tell: Tell, shown: Progress, stop: Event
) -> Iterator[SendRun]:
    """Check the topic and put together a run that sends to it. Raises Unavailable, Refused."""
    with _topics(settings, wait_seconds, tell) as topics:
        specs = _usable(topics, (topic,))
        target = f"{topics.cluster}/{topic_name(settings.kafka_prefix, topic)}"
    with closing(_publisher(settings, specs, max(wait_seconds, WAIT_SECONDS))) as publisher:
        yield SendRun(
            publisher=publisher,
            progress=SendStateFile(settings.send_state_file, target=target),
            topic=topic,
            pace=Pace(rate, clock=time.monotonic, sleep=stop.wait),
            shown=shown,
            tell=tell,
        )


@contextmanager
def letters(settings: Settings, *, wait_seconds: float = 0.0, tell: Tell = silent) -> Iterator[KafkaLetters]:
    """Dead letters in Kafka. Raises Unavailable, Refused."""
    with _topics(settings, wait_seconds, tell) as topics:
        specs = _usable(topics, (DEAD,))
    box = KafkaLetters(TopicReader(kafka_access(settings)), lambda: _publisher(settings, specs), prefix=settings.kafka_prefix, tell=tell)
    with closing(box):
        yield box


@contextmanager
def replaying(settings: Settings, box: DeadLetterBox) -> Iterator[StreamReplay]:
    """What sends dead letters back to their topics. Raises Unavailable, Refused."""
    with _topics(settings, 0, silent) as topics:
        specs = _usable(topics, REPLAYED)
    with closing(_publisher(settings, specs)) as publisher:
        yield StreamReplay(publisher=publisher, box=box, topic_of=partial(replay_topic, settings.kafka_prefix), enriched=ENRICHED)


def measure_lag(settings: Settings, now: datetime, *, wait_seconds: float = 0.0, tell: Tell = silent) -> list[Lag]:
    """Measure the workers' lag once. Raises Unavailable, Refused."""
    with closing(_lag(settings, wait_seconds, tell)) as lag:
        return lag.measure(now)


@contextmanager
def lag_meter(settings: Settings, *, every_seconds: float, tell: Tell, stop: Event) -> Iterator[LagMeter]:
    """What keeps measuring the lag until ``stop`` is set, its metrics served. Raises Refused."""
    kafka_access(settings)
    disable_created_metrics()  # type: ignore[no-untyped-call]  # prometheus_client leaves it untyped
    metrics = LagMetrics(CollectorRegistry())
    meter = LagMeter(
        measure=lambda: measure_lag(settings, utc_now()),
        metrics=metrics,
        clock=utc_now,
        every_seconds=every_seconds,
        sleep=stop.wait,
        tell=tell,
    )
    host, port = settings.metrics_host, settings.metrics_port
    with StatusServer(metrics.registry, host=host, port=port, healthy=meter.stuck, ready=meter.not_ready):
        yield meter


def _lag(settings: Settings, wait_seconds: float, tell: Tell) -> KafkaLag:
    return KafkaLag(kafka_access(settings), prefix=settings.kafka_prefix, reads=READS, wait_seconds=wait_seconds, tell=tell)


def _usable(topics: TopicSetup, names: Sequence[str]) -> dict[str, TopicSpec]:
    """Check topics, and give them with the limits that they really have."""
    specs = {name: load_topic_specs()[name] for name in names}
    topics.check(specs)
    return topics.with_own_limits(specs)


def _publisher(settings: Settings, specs: Mapping[str, TopicSpec], delivery_seconds: float = WAIT_SECONDS) -> KafkaPublisher:
    return KafkaPublisher(kafka_access(settings), specs, prefix=settings.kafka_prefix, delivery_seconds=delivery_seconds)
