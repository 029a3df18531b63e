"""Pauses between attempts, and what is said of a server that is down."""

from threading import Event, Thread

import pytest
from tests.support.messages import metrics

from wirewatch.runtime.backoff import Backoff, Outage, StoreRetry


def test_pauses_double_up_to_the_longest_and_begin_again_after_a_success() -> None:
    backoff = Backoff(1.0, 60.0, uniform=lambda _least, most: most)
    assert [backoff.next() for _ in range(8)] == [1, 2, 4, 8, 16, 32, 60, 60]
    backoff.reset()
    assert backoff.next() == 1


def test_a_pause_is_shortened_at_random_by_half_at_most() -> None:
    backoff = Backoff(4.0, 4.0)
    pauses = {backoff.next() for _ in range(200)}
    assert len(pauses) > 100
    assert all(2 <= pause <= 4 for pause in pauses)


def test_a_long_outage_overflows_nothing() -> None:
    backoff = Backoff(0.2, 10.0, uniform=lambda _least, most: most)
    assert [backoff.next() for _ in range(5_000)][-1] == 10.0


def test_a_retry_says_what_is_down_until_it_is_back(capsys: pytest.CaptureFixture[str]) -> None:
    found, stop = metrics(), Event()
    outage = Outage("store", found)
    retry = StoreRetry(outage, stop=stop)
    retry._backoff.first = 0.001
    faults = []
    for reason in ("HTTP 503", "HTTP 429"):
        assert retry.wait(reason)
        faults.append(outage.fault)
    retry.done()
    assert [*faults, outage.fault] == ["the store takes no articles: HTTP 503", "the store takes no articles: HTTP 429", None]
    stop.set()
    assert not retry.wait("HTTP 503")
    assert found.registry.get_sample_value("wirewatch_retries_total", {"target": "store"}) == 3
    logged = capsys.readouterr().out
    assert logged.count("store_unavailable") == 2, "once for each outage"
    assert logged.count("store_available") == 1


def test_each_thread_has_pauses_of_its_own() -> None:
    retry = StoreRetry(Outage("store", metrics()), stop=Event())
    other: list[Backoff] = []
    thread = Thread(target=lambda: other.append(retry._backoff))
    thread.start()
    thread.join()
    assert retry._backoff is not other[0]
    assert retry._backoff is retry._backoff
