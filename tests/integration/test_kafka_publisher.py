"""Messages to a real broker: all that a Publisher does, and what only a broker can do to one."""

import os
import signal
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.contract.test_publisher import *  # noqa: F403 - the suite, run on this publisher
from tests.contract.test_publisher import TOPICS, Arrivals, Arrived
from tests.support.kafka_client import Broker
from tests.support.kafka_engine import KafkaBroker
from wirewatch.adapters.kafka.access import KafkaAccess
from wirewatch.adapters.kafka.producer import KafkaPublisher
from wirewatch.ports.broker import Publisher


@pytest.fixture  # type: ignore[no-redef]  # it takes the place of the suite's own
def publisher(kafka_servers: str, kafka_prefix: str, broker: Broker) -> Iterator[Publisher]:
    for name, topic in TOPICS.items():
        broker.make(name, topic.partitions, **{key.replace(".", "_"): value for key, value in topic.configs.items()})
    with closing(KafkaPublisher(KafkaAccess((kafka_servers,)), TOPICS, prefix=kafka_prefix, delivery_seconds=60)) as made:
        yield made


@pytest.fixture  # type: ignore[no-redef]  # likewise
def arrivals(broker: Broker) -> Arrivals:
    return lambda topic: [Arrived(message.key, message.value, message.headers) for message in broker.messages(topic)]


def test_a_message_is_confirmed_once_the_broker_has_it(publisher: Publisher, arrivals: Arrivals, kafka_broker: KafkaBroker) -> None:
    """Stopped and not killed: kafka-python leaves the sockets of failed attempts to connect to the garbage collector."""
    assert publisher.publish("articles", b"before", key=b"a").confirmed(60)
    os.kill(kafka_broker.pid, signal.SIGSTOP)
    try:
        delivery = publisher.publish("articles", b"meanwhile", key=b"a")
        assert not delivery.confirmed(0.5)
    finally:
        os.kill(kafka_broker.pid, signal.SIGCONT)
    assert delivery.confirmed(60)
    assert [message.value for message in arrivals("articles")] == [b"before", b"meanwhile"]
