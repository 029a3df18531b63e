"""What every Publisher does; tests/integration runs this on Kafka, too."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import NamedTuple

import msgspec
import pytest

from wirewatch.adapters.kafka.catalogue import load_kafka_topics
from wirewatch.adapters.memory.publisher import MemoryPublisher
from wirewatch.ports.broker import MessageTooLarge, Publisher

LIMIT = 1_048_576
# Two topics with limits of their own, as they are declared to the publisher.
TOPICS = {
    "articles": msgspec.structs.replace(load_kafka_topics()["articles"], partitions=3, max_message_bytes=LIMIT),
    "articles.dead": msgspec.structs.replace(load_kafka_topics()["articles.dead"], partitions=3, max_message_bytes=2 * LIMIT),
}


class Arrived(NamedTuple):
    """A message in its topic."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


# What a topic holds; messages of one partition in order.
Arrivals = Callable[[str], list[Arrived]]


@pytest.fixture
def publisher() -> Iterator[Publisher]:
    with closing(MemoryPublisher(TOPICS)) as made:
        yield made


@pytest.fixture
def arrivals(publisher: MemoryPublisher) -> Arrivals:
    return lambda topic: [Arrived(message.key, message.value, message.headers) for message in publisher.topics[topic]]


def test_what_is_confirmed_is_in_its_topic_once(publisher: Publisher, arrivals: Arrivals) -> None:
    deliveries = [publisher.publish("articles", b"%d" % number) for number in range(500)]
    assert all(delivery.confirmed(60) for delivery in deliveries)
    assert sorted(arrivals("articles")) == sorted(Arrived(None, b"%d" % number) for number in range(500))
    assert arrivals("articles.dead") == []


def test_a_delivery_stays_confirmed(publisher: Publisher) -> None:
    delivery = publisher.publish("articles", b"{}")
    assert delivery.confirmed(60)
    assert delivery.confirmed(0)


def test_a_message_that_nobody_waits_for_is_confirmed_only_if_it_has_arrived(publisher: Publisher, arrivals: Arrivals) -> None:
    delivery = publisher.publish("articles", b"{}")
    assert not delivery.confirmed(0) or arrivals("articles")


def test_messages_of_one_key_stay_in_order(publisher: Publisher, arrivals: Arrivals) -> None:
    keys = [b"a", b"b", b"c", b"d", b"e"]
    deliveries = [publisher.publish("articles", b"%d" % number, key=keys[number % 5]) for number in range(500)]
    assert all(delivery.confirmed(60) for delivery in deliveries)
    found: defaultdict[bytes | None, list[bytes | None]] = defaultdict(list)
    for message in arrivals("articles"):
        found[message.key].append(message.value)
    assert found == {key: [b"%d" % number for number in range(at, 500, 5)] for at, key in enumerate(keys)}


def test_headers_and_key_arrive_as_they_are(publisher: Publisher, arrivals: Arrivals) -> None:
    headers = (("wirewatch-letter", b"\xff\x00"), ("empty", b""), ("twice", b"1"), ("twice", b"2"))
    assert publisher.publish("articles", b"\x00{", key=b"\xfe", headers=headers).confirmed(60)
    assert arrivals("articles") == [Arrived(b"\xfe", b"\x00{", headers)]


def test_a_tombstone_is_not_an_empty_message(publisher: Publisher, arrivals: Arrivals) -> None:
    for value in (b"letter", b"", None):
        assert publisher.publish("articles.dead", value, key=b"a").confirmed(60)
    assert arrivals("articles.dead") == [Arrived(b"a", b"letter"), Arrived(b"a", b""), Arrived(b"a", None)]


def test_a_message_over_the_limit_of_its_topic_is_refused_alone(publisher: Publisher, arrivals: Arrivals) -> None:
    before = publisher.publish("articles", b"before", key=b"a")
    with pytest.raises(MessageTooLarge) as caught:
        publisher.publish("articles", b"x" * LIMIT, key=b"a")
    assert caught.value.limit == LIMIT < caught.value.size
    after = publisher.publish("articles", b"after", key=b"a")
    other = publisher.publish("articles.dead", b"x" * LIMIT, key=b"a")
    assert all(delivery.confirmed(60) for delivery in (before, after, other))
    assert [message.value for message in arrivals("articles")] == [b"before", b"after"]
    assert len(arrivals("articles.dead")) == 1


def test_headers_count_too(publisher: Publisher) -> None:
    with pytest.raises(MessageTooLarge):
        publisher.publish("articles", b"", headers=[("large", b"x" * (LIMIT + 1))])


@pytest.mark.parametrize("topic", list(TOPICS))
def test_the_largest_message_that_is_accepted_arrives(publisher: Publisher, arrivals: Arrivals, topic: str) -> None:
    limit = TOPICS[topic].max_message_bytes
    with pytest.raises(MessageTooLarge) as caught:
        publisher.publish(topic, b"x" * limit, key=b"a")
    largest = b"x" * (limit - (caught.value.size - limit))
    assert publisher.publish(topic, largest, key=b"a").confirmed(60)
    assert arrivals(topic) == [Arrived(b"a", largest)]


def test_a_topic_that_was_not_declared_is_a_fault_of_the_program(publisher: Publisher) -> None:
    with pytest.raises(KeyError):
        publisher.publish("articles.lost", b"{}")


def test_what_was_confirmed_survives_closing_and_closing_again_is_harmless(publisher: Publisher, arrivals: Arrivals) -> None:
    assert publisher.publish("articles", b"{}").confirmed(60)
    publisher.close()
    publisher.close()
    assert arrivals("articles") == [Arrived(None, b"{}")]
