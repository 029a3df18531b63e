import asyncio
import logging

import pytest

from wirewatch.adapters.kafka import faust_transport
from wirewatch.logs import Seldom


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("aiokafka", logging.ERROR, "", 0, message, arguments, None)


def test_a_library_says_the_same_seldom_and_how_often_it_would_have() -> None:
    now = [100.0]
    seldom = Seldom(lambda: now[0])
    said = [seldom.filter(record("no node %s", number)) for number in range(5)]
    other = seldom.filter(record("another thing"))
    now[0] += 30
    again = record("no node %s", 9)

    assert said == [True, False, False, False, False]
    assert other
    assert seldom.filter(again)
    assert again.getMessage() == "no node 9 (and 4 more like it)"
    assert not seldom.filter(record("no node %s", 10))


def test_messages_that_are_new_each_time_are_not_kept_for_ever() -> None:
    now = [0.0]
    seldom = Seldom(lambda: now[0])
    for number in range(5_000):
        now[0] += 1
        assert seldom.filter(record(f"message {number}"))

    assert len(seldom._said) <= 1_000


class Client:
    """As far as a client is asked for metadata."""

    def __init__(self, *answers: bool) -> None:
        self.answers = list(answers)

    async def _metadata_update(self, cluster: object, topics: object) -> bool:
        assert (cluster, topics) == ("cluster", "topics")
        return self.answers.pop(0)


def test_a_client_waits_before_it_asks_again_for_a_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("asyncio.sleep", sleep)
    client = Client(False, True, False)
    faust_transport.patient(client)
    answers = [asyncio.run(client._metadata_update("cluster", "topics")) for _ in range(3)]

    assert answers == [False, True, False]
    assert waited == [0.5, 0.5]
