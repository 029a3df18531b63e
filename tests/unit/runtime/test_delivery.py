"""What a worker sends on."""

import asyncio

import msgspec
import pytest
from tests.support.messages import NOON, ListPublisher, message, metrics

from wirewatch.core.article import DeadLetter
from wirewatch.core.ingest.dead_letters import ATTEMPTS_HEADER
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.metrics import Metrics
from wirewatch.ports.broker import MessageTooLarge
from wirewatch.runtime.delivery import Sender
from wirewatch.runtime.reject_limit import RejectLimit, TooManyRejected

REJECTED = Rejected(Reason.INVALID_JSON, "line 1")


def sender(publisher: ListPublisher, found: Metrics | None = None, *, limit: int = 100, pauses: list[float] | None = None) -> Sender:
    async def sleep(seconds: float) -> None:
        (pauses if pauses is not None else []).append(seconds)

    return Sender(publisher, found or metrics(), dead_topic="articles.dead", clock=lambda: NOON, limit=RejectLimit(limit), sleep=sleep)


def test_it_sends_until_it_is_confirmed_and_says_meanwhile_what_is_wrong() -> None:
    publisher, found, pauses = ListPublisher(failures=12), metrics(), list[float]()
    sending = sender(publisher, found, pauses=pauses)
    faults: list[str | None] = []

    async def test() -> None:
        async def watch(seconds: float) -> None:
            pauses.append(seconds)
            faults.append(sending.fault)

        sending._sleep = watch
        await sending.send("articles.enriched", key=b"a", value=b"{}")

    asyncio.run(test())
    assert publisher.sent == [("articles.enriched", b"a", b"{}")]
    assert set(faults) == {"articles.enriched takes no messages: ConnectionError"}
    assert sending.fault is None
    assert len(pauses) == 12
    assert all(0 <= pause <= 10 for pause in pauses)
    assert found.registry.get_sample_value("wirewatch_retries_total", {"target": "broker"}) == 12


def test_what_is_too_large_is_not_sent_again() -> None:
    publisher = ListPublisher(max_bytes=10)
    with pytest.raises(MessageTooLarge):
        asyncio.run(sender(publisher).send("articles.enriched", key=b"a", value=b"x" * 11))
    assert publisher.sent == []


def test_a_dead_letter_holds_the_message_where_it_came_from_and_why() -> None:
    publisher, found = ListPublisher(), metrics()
    sending = sender(publisher, found)
    tried_before = message(8, b"\xff\x00", partition=3, headers={ATTEMPTS_HEADER: b"2"})
    asyncio.run(sending.dead_letter(message(7, b"\xff\x00", partition=3), REJECTED))
    asyncio.run(sending.dead_letter(tried_before, REJECTED))
    asyncio.run(sending.dead_letter(message(9, None, headers={ATTEMPTS_HEADER: b"many"}), REJECTED))
    letters = [msgspec.json.decode(value, type=DeadLetter) for _, _, value in publisher.sent]
    assert [(topic, key) for topic, key, _ in publisher.sent] == [("articles.dead", letter.id.encode()) for letter in letters]
    assert [(letter.raw, letter.reason, letter.detail, letter.failed_at) for letter in letters[:1]] == [
        (b"\xff\x00", "invalid_json", "line 1", NOON)
    ]
    assert [(letter.origin.topic, letter.origin.partition, letter.origin.offset) for letter in letters[:2]] == [
        ("articles", 3, 7),
        ("articles", 3, 8),
    ]
    assert [letter.attempts for letter in letters] == [1, 3, 1]
    assert len({letter.id for letter in letters}) == 3
    assert found.registry.get_sample_value("wirewatch_dead_letters_total", {"reason": "invalid_json"}) == 3


def test_behind_too_many_in_a_row_no_message_is_put_away() -> None:
    publisher = ListPublisher()
    sending = sender(publisher, limit=3)

    async def test() -> None:
        for offset in range(2):
            await sending.dead_letter(message(offset), REJECTED)
        sending.accepted()
        for offset in range(3):
            await sending.dead_letter(message(offset), REJECTED)
        with pytest.raises(TooManyRejected, match=r"3 messages in a row .* invalid_json .*articles"):
            await sending.dead_letter(message(3), REJECTED)

    asyncio.run(test())
    assert len(publisher.sent) == 5
