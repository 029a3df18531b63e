"""Builds what talks to Kafka: topics, dead letters, lag and the publisher."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime

from wirewatch.adapters.kafka.catalogue import DEAD, READS, KafkaTopic, load_kafka_topics
from wirewatch.adapters.kafka.dead_letters import KafkaDeadLetters
from wirewatch.adapters.kafka.lag import KafkaLag
from wirewatch.adapters.kafka.producer import KafkaPublisher
from wirewatch.adapters.kafka.reader import TopicReader
from wirewatch.adapters.kafka.setup import TopicSetup, TopicState
from wirewatch.bootstrap.access import kafka_access
from wirewatch.ports.broker import Lag
from wirewatch.ports.signals import Tell, silent
from wirewatch.settings import Settings

WAIT_SECONDS = 30.0


@contextmanager
def kafka_topics(settings: Settings, wait_seconds: float = 0.0, tell: Tell = silent) -> Iterator[TopicSetup]:
    """What makes and checks the declared topics."""
    access = kafka_access(settings)
    setup = TopicSetup(access, prefix=settings.kafka_prefix, replication=settings.kafka_replication, wait_seconds=wait_seconds, tell=tell)
    with closing(setup):
        yield setup


def setup_kafka(
    settings: Settings, *, alter: bool = False, add_partitions: bool = False, wait_seconds: float = WAIT_SECONDS, tell: Tell = silent
) -> list[TopicState]:
    """Make the declared topics and tell where those that were there differ. Raises Unavailable, Refused."""
    with kafka_topics(settings, wait_seconds, tell) as topics:
        return topics.run(load_kafka_topics(), alter=alter, add_partitions=add_partitions)


def check_topics(settings: Settings, *workers: str, wait_seconds: float = 0.0, tell: Tell = silent) -> str:
    """See that Kafka answers and has the topics that these workers read and write, as declared; return a line that says so.

    For a worker at its start, before it touches a message. Raises Unavailable, Refused.
    """
    declared = {name: topic for name, topic in load_kafka_topics().items() if {*topic.readers, *topic.writers} & {*workers}}
    with kafka_topics(settings, wait_seconds, tell) as topics:
        topics.check(declared)
    return f"{', '.join(settings.kafka_servers)}: {len(declared)} topics as declared"


def check_kafka(settings: Settings, *, wait_seconds: float = 0.0, tell: Tell = silent) -> str:
    """``check_topics`` for all workers and for dead letters."""
    return check_topics(settings, *READS, "dlq", wait_seconds=wait_seconds, tell=tell)


@contextmanager
def kafka_dead_letters(settings: Settings, *, wait_seconds: float = 0.0, tell: Tell = silent) -> Iterator[KafkaDeadLetters]:
    """Dead letters in Kafka. Raises Unavailable, Refused."""
    with kafka_topics(settings, wait_seconds, tell) as setup:
        topics = usable(setup, (DEAD,))
    box = KafkaDeadLetters(
        TopicReader(kafka_access(settings)), lambda: kafka_publisher(settings, topics), prefix=settings.kafka_prefix, tell=tell
    )
    with closing(box):
        yield box


def measure_lag(settings: Settings, now: datetime, *, wait_seconds: float = 0.0, tell: Tell = silent) -> list[Lag]:
    """Measure the workers' lag once. Raises Unavailable, Refused."""
    lag = KafkaLag(kafka_access(settings), prefix=settings.kafka_prefix, reads=READS, wait_seconds=wait_seconds, tell=tell)
    with closing(lag):
        return lag.measure(now)


def usable(setup: TopicSetup, names: Sequence[str]) -> dict[str, KafkaTopic]:
    """Check topics, and give them with the limits that they really have."""
    topics = {name: load_kafka_topics()[name] for name in names}
    setup.check(topics)
    return setup.with_own_limits(topics)


def kafka_publisher(settings: Settings, topics: Mapping[str, KafkaTopic], delivery_seconds: float = WAIT_SECONDS) -> KafkaPublisher:
    """What sends to these topics, each message for so long at most."""
    return KafkaPublisher(kafka_access(settings), topics, prefix=settings.kafka_prefix, delivery_seconds=delivery_seconds)
