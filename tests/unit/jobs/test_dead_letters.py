"""Dead letters back onto topics in memory."""

from datetime import UTC, datetime

import msgspec
import pytest

from wirewatch.adapters.kafka.catalogue import ENRICHED, load_kafka_topics, replay_topic
from wirewatch.adapters.memory.dead_letters import MemoryDeadLetters
from wirewatch.adapters.memory.publisher import MemoryMessage, MemoryPublisher
from wirewatch.core.article import DeadLetter, Origin
from wirewatch.core.errors import Unavailable
from wirewatch.jobs.dead_letters import StreamReplay

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def letter(number: int, raw: bytes = b"{}", topic: str = "desk-articles", attempts: int = 1) -> DeadLetter:
    origin = Origin(topic=topic, partition=3, offset=number)
    return DeadLetter(id=f"l{number}", raw=raw, reason="no_text", detail="", origin=origin, attempts=attempts, failed_at=NOW)


@pytest.fixture
def box() -> MemoryDeadLetters:
    return MemoryDeadLetters()


def replay(publisher: MemoryPublisher, box: MemoryDeadLetters, *letters: DeadLetter) -> tuple[int, dict[str, str]]:
    box.put(letters)
    worker = StreamReplay(publisher=publisher, box=box, topic_of=lambda origin: replay_topic("desk-", origin), enriched=ENRICHED)
    summary = worker.run(letters)
    return summary.replayed, summary.kept


def test_letters_go_back_where_they_came_from_and_are_taken_away(box: MemoryDeadLetters) -> None:
    publisher = MemoryPublisher(load_kafka_topics())
    article, enriched = b'{"url": "https://nordpost.example/a"}', b'{"id": "0a1b"}'
    letters = (
        letter(1, article),
        letter(2, b"\xff\x00", "desk-articles.backfill", attempts=3),
        letter(3, enriched, "articles.enriched"),
        letter(4, b"", "file.jsonl"),
    )
    assert replay(publisher, box, *letters) == (4, {})
    sent = {topic: [(message.key, message.value) for message in messages] for topic, messages in publisher.topics.items()}
    assert sent == {
        "articles": [(b"https://nordpost.example/a", article), (None, b"")],
        "articles.backfill": [(None, b"\xff\x00")],
        "articles.enriched": [(b"0a1b", enriched)],
    }
    assert publisher.topics["articles.backfill"][0].headers == (("wirewatch-letter", b"l2"), ("wirewatch-attempts", b"3"))
    assert box.find()[0] == 0


def test_a_letter_that_its_topic_does_not_take_stays(box: MemoryDeadLetters) -> None:
    declared = load_kafka_topics()
    publisher = MemoryPublisher({**declared, "articles": msgspec.structs.replace(declared["articles"], max_message_bytes=1_048_576)})
    replayed, kept = replay(publisher, box, letter(1), letter(2, b"x" * 2_000_000), letter(3))
    assert replayed == 2
    assert kept == {"l2": "too large: 2,000,037 bytes as a message; the topic accepts 1,048,576"}
    assert [found.id for found in box.find()[1]] == ["l2"]


class Failing(MemoryPublisher):
    """Takes the first 150 messages, and never confirms the last of them."""

    def publish(self, topic: str, value: bytes | None, **options: object) -> MemoryMessage:
        message = super().publish(topic, value, **options)  # type: ignore[arg-type]
        if len(self.topics[topic]) == 150:
            message.fault = Unavailable("gone")
        return message


def test_a_letter_stays_until_its_message_is_confirmed(box: MemoryDeadLetters) -> None:
    letters = [letter(number) for number in range(150)]
    with pytest.raises(Unavailable):
        replay(Failing(load_kafka_topics()), box, *letters)
    # The first hundred were confirmed together.
    assert box.find(limit=1_000)[0] == 50
