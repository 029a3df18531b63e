"""Enrich workers on a real broker, in good times and in bad ones."""

import json
import os
import random
import signal
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.support import dangerous_model
from tests.support.engines import wait_until
from tests.support.invalid_messages import INVALID, invalid
from tests.support.kafka_engine import KafkaBroker
from tests.support.stream import Stream, article, streaming


@pytest.fixture
def stream(tmp_path: Path, kafka_servers: str, kafka_prefix: str) -> Iterator[Stream]:
    with streaming(tmp_path, kafka_servers, kafka_prefix) as found:
        yield found


def complete(stream: Stream, articles: int, rejected: int = 0, seconds: float = 120) -> Counter[bytes]:
    """Wait until all are enriched or dead letters; how often each article was sent on."""

    def check() -> bool:
        return len(set(stream.keys("articles.enriched"))) >= articles and len(set(stream.keys("articles.dead"))) >= rejected

    wait_until(check, seconds, f"{articles} enriched articles and {rejected} dead letters")
    return Counter(stream.keys("articles.enriched"))


def test_articles_become_enriched_ones_and_the_count_can_be_read_off(stream: Stream) -> None:
    worker = stream.start("enrich").ready()
    stream.send(article(number) for number in range(300))
    stream.send(invalid()[:6])
    stream.send((article(number) for number in range(1_000, 1_050)), topic="articles.backfill")
    sent_on = complete(stream, 350, 6)
    assert len(sent_on) == 350
    assert set(sent_on.values()) == {1}
    enriched = [json.loads(record.value) for record in stream.read("articles.enriched")]
    assert {found["backfill"] for found in enriched if int(found["title"].split()[1]) >= 1_000} == {True}
    assert {found["backfill"] for found in enriched if int(found["title"].split()[1]) < 1_000} == {False}
    assert {"sanctions", "summit"} <= set(enriched[0]["topic_ids"])
    assert "NATO" in enriched[0]["organisations"]
    letters = stream.dead_letters()
    assert sorted(letter["reason"] for letter in letters) == sorted(reason for _, reason in INVALID[:6])
    metrics = worker.metrics()
    assert metrics["wirewatch_articles_received_total"] == 356
    assert metrics["wirewatch_articles_processed_total{enriched}"] == 350
    assert metrics["wirewatch_articles_processed_total{rejected}"] == 6
    assert metrics["wirewatch_articles_in_flight"] == 0
    assert worker.page("/healthz") == (200, "ok\n")
    assert worker.terminate() == 0


@pytest.mark.chaos
def test_a_message_as_large_as_the_topic_takes(stream: Stream) -> None:
    stream.start("enrich").ready()
    stream.send([article(1, "Sanktion " * 1_200_000), article(2)])
    complete(stream, 2)
    large = max((json.loads(record.value) for record in stream.read("articles.enriched")), key=lambda found: len(found["body"]))
    assert "truncated" in large["flags"]
    assert len(large["body"]) <= 1_000_000


@pytest.mark.chaos
def test_a_worker_that_stops_leaves_nothing_half_done_and_the_next_goes_on(stream: Stream) -> None:
    first = stream.start("enrich", "--once", worker_in_flight=64).ready()
    stream.send(article(number) for number in range(2_000))
    wait_until(lambda: first.processed() > 100, 60, "a hundred articles")
    assert first.terminate() == 0
    assert 0 < len(set(stream.keys("articles.enriched"))) < 2_000
    stream.start("enrich", "--once").ready()
    assert set(complete(stream, 2_000).values()) == {1}


def test_too_many_rejected_in_a_row_end_the_worker_and_what_follows_stays_in_kafka(stream: Stream) -> None:
    worker = stream.start("enrich", "--once", reject_limit=5)
    stream.send((b"one partition", b"{broken") for _ in range(50))
    assert worker.process.wait(90) == 1
    assert "5 messages in a row were rejected, the last one as invalid_json" in worker.log
    assert len(stream.dead_letters()) == 5
    stream.start("enrich", "--once", reject_limit=1_000).ready()
    complete(stream, 0, 50)


@pytest.mark.chaos
def test_the_whole_list_of_what_can_go_wrong(tmp_path: Path, kafka_broker: KafkaBroker, kafka_prefix: str) -> None:
    """Two workers, killed in turn with their pool's processes and the broker; messages that kill and hang; rebalances all the while."""
    models = dangerous_model.install(tmp_path / "site")
    settings = {"spacy_pipelines": {"de": "de_danger"}, "enrich_timeout_seconds": 6.0, "worker_in_flight": 128, "reject_limit": 1_000}
    chance = random.Random(4)
    total = 1_500
    with streaming(tmp_path, kafka_broker.servers, kafka_prefix, **settings) as stream, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(models))
        numbers = iter(range(total))
        workers = [stream.start("enrich").ready(), stream.start("enrich").ready()]

        def send(count: int) -> None:
            stream.send(article(number) for number in islice(numbers, count))

        send(500)
        stream.send(invalid())
        os.kill(chance.choice(workers[0].pool_processes()), signal.SIGKILL)
        wait_until(lambda: workers[0].processed() > 20, 60, "twenty articles")
        workers[0].kill()
        send(500)
        workers[0] = stream.start("enrich")
        wait_until(lambda: workers[1].processed() > 200, 60, "two hundred articles")
        kafka_broker.kill()
        kafka_broker.start()
        workers[1].kill()
        send(500)
        workers[0].ready()
        stream.start("enrich").ready()
        workers[0].terminate()
        sent_on = complete(stream, total, len(INVALID), 240)
        assert len(sent_on) == total
        # A broker that is away is told of, but not with each try.
        assert max(worker.log.count('"logger": "aiokafka"') for worker in stream.workers) < 100
        reasons = Counter(letter["reason"] for letter in stream.dead_letters())
        assert set(reasons) == {reason for _, reason in INVALID}
