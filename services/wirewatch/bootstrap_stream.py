"""Builds what talks to Kafka; see ``bootstrap`` for the rest."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from threading import Event

from wirewatch.adapters.kafka_access import kafka_access
from wirewatch.adapters.kafka_connection import Tell, silent
from wirewatch.adapters.kafka_send import KafkaPublisher
from wirewatch.adapters.kafka_topics import TopicSetup, TopicState, check_topics
from wirewatch.adapters.send_state import SendStateFile
from wirewatch.adapters.topic_catalogue import READS, load_topic_specs, topic_name
from wirewatch.settings import Settings
from wirewatch.workers.embedded import Progress
from wirewatch.workers.send import Pace, SendRun

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
    """Make the declared topics and tell where those that were there differ. Raises KafkaUnavailable, KafkaRefused."""
    with _topics(settings, wait_seconds, tell) as topics:
        return topics.run(load_topic_specs(), alter=alter, add_partitions=add_partitions)


def check_kafka(settings: Settings, *, wait_seconds: float = 0.0, tell: Tell = silent) -> str:
    """See that Kafka answers and has the topics that the workers need; say so. Raises KafkaUnavailable, KafkaRefused."""
    specs = load_topic_specs()
    wanted = {name: spec for name, spec in specs.items() if {*spec.readers, *spec.writers} & {*READS, "dlq"}}
    with _topics(settings, wait_seconds, tell) as topics:
        topics.check(wanted)
    return f"{', '.join(settings.kafka_servers)}: {len(wanted)} topics as declared"


@contextmanager
def sending(
    settings: Settings, topic: str, *, rate: float, wait_seconds: float, tell: Tell, shown: Progress, stop: Event
) -> Iterator[SendRun]:
    """Check the topic and put together a run that sends to it. Raises KafkaUnavailable, KafkaRefused."""
    specs = {topic: load_topic_specs()[topic]}
    with _topics(settings, wait_seconds, tell) as topics:
        topics.check(specs)
        specs = topics.with_own_limits(specs)
        target = f"{topics.cluster}/{topic_name(settings.kafka_prefix, topic)}"
    publisher = KafkaPublisher(
        kafka_access(settings), specs, prefix=settings.kafka_prefix, delivery_seconds=max(wait_seconds, WAIT_SECONDS)
    )
    with closing(publisher):
        yield SendRun(
            publisher=publisher,
            progress=SendStateFile(settings.send_state_file, target=target),
            topic=topic,
            pace=Pace(rate, clock=time.monotonic, sleep=stop.wait),
            shown=shown,
            tell=tell,
        )


__all__ = ["check_kafka", "check_topics", "sending", "setup_kafka"]
