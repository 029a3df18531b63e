from math import inf

import pytest

from wirewatch.core.errors import Refused, Unavailable
from wirewatch.ports.waiting import patiently


class Server:
    """Fails with each fault in turn, then answers; its time passes only while somebody sleeps."""

    def __init__(self, *faults: Exception) -> None:
        self.faults = list(faults)
        self.calls = 0
        self.now = 100.0
        self.pauses: list[float] = []
        self.reported: list[str] = []

    def answer(self) -> str:
        self.calls += 1
        if self.faults:
            raise self.faults.pop(0)
        return "here"

    def sleep(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds

    def wait(self, seconds: float) -> str:
        return patiently(self.answer, wait_seconds=seconds, tell=self.reported.append, monotonic=lambda: self.now, sleep=self.sleep)


def test_a_server_that_answers_is_not_waited_for() -> None:
    server = Server()
    assert server.wait(30) == "here"
    assert (server.pauses, server.reported) == ([], [])


def test_it_is_tried_until_it_answers_and_reported_once() -> None:
    server = Server(Unavailable("the server is down"), Unavailable("the server is starting"))
    assert server.wait(30) == "here"
    assert server.pauses == [0.5, 0.5]
    assert server.reported == ["the server is down; waiting up to 30 s …"]


def test_when_the_time_is_up_the_last_fault_is_raised() -> None:
    server = Server(*(Unavailable(f"fault {number}") for number in range(9)))
    with pytest.raises(Unavailable, match="fault 3"):
        server.wait(1.2)
    assert server.pauses == pytest.approx([0.5, 0.5, 0.2])


def test_no_time_means_one_try_and_no_line() -> None:
    server = Server(Unavailable("down"))
    with pytest.raises(Unavailable):
        server.wait(0)
    assert (server.calls, server.reported) == (1, [])


def test_for_ever() -> None:
    server = Server(*(Unavailable("down") for _ in range(1_000)))
    assert server.wait(inf) == "here"
    assert server.reported == ["down; waiting …"]


def test_what_waiting_does_not_mend_is_raised_at_once() -> None:
    server = Server(Unavailable("down"), Refused("wrong password"))
    with pytest.raises(Refused, match="wrong password"):
        server.wait(30)
    assert server.calls == 2
