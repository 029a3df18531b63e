"""Dead letters in a real topic: all that a DeadLetterBox does, and what only Kafka can do to them."""

from collections.abc import Callable, Iterator
from contextlib import closing

import msgspec
import pytest

from tests.contract.test_dead_letter_box import *  # noqa: F403 - the suite, run on this box
from tests.contract.test_dead_letter_box import letter
from tests.support.kafka_client import Broker
from wirewatch.adapters.kafka.access import KafkaAccess
from wirewatch.adapters.kafka.catalogue import load_kafka_topics
from wirewatch.adapters.kafka.dead_letters import KafkaDeadLetters
from wirewatch.adapters.kafka.producer import KafkaPublisher
from wirewatch.adapters.kafka.reader import TopicReader
from wirewatch.ports.store import DeadLetterBox

encode = msgspec.json.encode


@pytest.fixture
def reported() -> list[str]:
    return []


@pytest.fixture
def open_box(kafka_servers: str, kafka_prefix: str, broker: Broker, reported: list[str]) -> Callable[[], KafkaDeadLetters]:
    topic = load_kafka_topics()["articles.dead"]
    configs = {key.replace(".", "_"): value for key, value in topic.configs.items()}
    broker.make("articles.dead", topic.partitions, **configs, segment_ms="1000", min_cleanable_dirty_ratio="0.0")
    access = KafkaAccess((kafka_servers,))

    def publisher() -> KafkaPublisher:
        return KafkaPublisher(access, {"articles.dead": topic}, prefix=kafka_prefix, delivery_seconds=60)

    return lambda: KafkaDeadLetters(TopicReader(access), publisher, prefix=kafka_prefix, tell=reported.append)


@pytest.fixture  # type: ignore[no-redef]  # it takes the place of the suite's own
def box(open_box: Callable[[], KafkaDeadLetters]) -> Iterator[DeadLetterBox]:
    with closing(open_box()) as found:
        yield found


def test_letters_of_others_are_seen_and_removed_ones_are_not(box: DeadLetterBox, open_box: Callable[[], KafkaDeadLetters]) -> None:
    with closing(open_box()) as other:
        other.put([letter(1), letter(2)])
        assert box.find()[0] == 2
        other.remove(["letter1"])
        assert box.find() == (1, (letter(2),))
        assert box.get("letter1") is None


def test_a_removed_letter_is_an_empty_message(box: DeadLetterBox, broker: Broker) -> None:
    box.put([letter(1)])
    box.remove(["letter1"])
    assert [(message.key, message.value is None) for message in broker.messages("articles.dead")] == [
        (b"letter1", False),
        (b"letter1", True),
    ]


def test_what_is_no_letter_is_left_alone_and_reported(box: DeadLetterBox, broker: Broker, reported: list[str]) -> None:
    broker.put("articles.dead", (b"junk", b"no JSON"), (b"letter1", encode(letter(1))), (b"x", b'{"reason": 1}'))
    assert box.find() == (1, (letter(1),))
    (line,) = reported
    assert line.startswith("2 messages in ")
    box.find()
    assert len(reported) == 1


def test_the_newest_message_counts_where_a_key_moved_to_another_partition(box: DeadLetterBox, broker: Broker) -> None:
    """As happens once partitions were added."""
    again = msgspec.structs.replace(letter(1), attempts=2)
    for partition, value in ((2, encode(letter(1))), (0, encode(again))):
        broker.put("articles.dead", (b"letter1", value), partition=partition)
    assert box.get("letter1") == again
    broker.put("articles.dead", (b"letter1", None), partition=1)
    assert box.find() == (0, ())


def test_large_letters_come_one_by_one(box: DeadLetterBox) -> None:
    letters = [letter(number, raw=bytes([number]) * 9_000_000) for number in range(3)]
    box.put(letters)
    assert box.find(limit=2) == (3, (letters[2], letters[1]))
    assert box.get("letter0") == letters[0]


def test_many_letters(box: DeadLetterBox) -> None:
    letters = [letter(number, raw=b"x" * 1_000) for number in range(3_000)]
    box.put(letters)
    assert box.find(limit=3, offset=1_500) == (3_000, tuple(letters[1_499:1_496:-1]))
