"""What befalls the workers' neighbours while they work: Elasticsearch, the dead letters' topic, the topic itself, the clock."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.support.elastic_index import Index, index_settings
from tests.support.engines import wait_until
from tests.support.faulty_elasticsearch import FAULTS, FaultyElasticsearch, faulty
from tests.support.kafka_client import Broker
from tests.support.stream import Stream, article, streaming

pytestmark = pytest.mark.chaos
_EACH = 60


@pytest.fixture
def front(elasticsearch_url: str) -> Iterator[FaultyElasticsearch]:
    with faulty(elasticsearch_url, slow_seconds=3) as found:
        yield found


@pytest.fixture
def stream(
    tmp_path: Path, kafka_servers: str, kafka_prefix: str, front: FaultyElasticsearch, elasticsearch_prefix: str
) -> Iterator[Stream]:
    settings = index_settings(front.url, elasticsearch_prefix) | {"elasticsearch_timeout_seconds": 1.0}
    with streaming(tmp_path, kafka_servers, kafka_prefix, **settings) as found:
        yield found


def test_whatever_elasticsearch_does_is_waited_for(stream: Stream, front: FaultyElasticsearch, index: Index) -> None:
    """Two index workers, and each fault in turn under load; at the end every article is there once, and none a dead letter."""
    stream.start("enrich").ready()
    indexers = [stream.start("index").ready(), stream.start("index").ready()]
    stream.send(article(number) for number in range(_EACH))
    index.complete(_EACH)
    for number, fault in enumerate(FAULTS, 1):
        front.fault = fault
        stream.send(article(number * _EACH + at) for at in range(_EACH))
        wait_until(partial(front.has_happened, fault, 4), 60, f"Elasticsearch to be {fault}")
        if fault != "half busy":
            wait_until(lambda: any(worker.page("/readyz")[0] == 503 for worker in indexers), 30, "a worker that is not ready")
        assert {worker.page("/healthz")[0] for worker in indexers} == {200}
        front.fault = None
        index.complete((number + 1) * _EACH)
    wait_until(lambda: {worker.page("/readyz")[0] for worker in indexers} == {200}, 30, "workers that are ready")
    assert stream.dead_letters() == []
    # What was written and not answered for was written again, and that changed nothing.
    assert front.absorbed > 0


def test_indices_that_are_taken_away(stream: Stream, index: Index) -> None:
    """A month's index is created again by its template; the id registry only by setup, and workers wait for it."""
    stream.start("enrich").ready()
    indexer = stream.start("index").ready()
    stream.send(article(number) for number in range(20))
    index.complete(20)
    index.drop("articles-*")
    stream.send(article(number) for number in range(20, 40))
    index.complete(20)
    index.drop("article-ids")
    stream.send(article(number) for number in range(40, 60))
    wait_until(lambda: "index_not_found_exception" in indexer.page("/readyz")[1], 60, "a worker that is not ready")
    assert stream.program.run("setup").returncode == 0
    index.complete(40)
    stream.send(article(number) for number in range(60))
    index.complete(60)
    assert stream.dead_letters() == []


def test_dead_letters_that_find_no_place_are_waited_for(stream: Stream, broker: Broker) -> None:
    """Their topic is gone, and made again."""
    worker = stream.start("enrich").ready()
    broker.drop("articles.dead")
    stream.send([(b"broken", b"{broken"), *(article(number) for number in range(50))])
    wait_until(lambda: worker.page("/readyz")[0] == 503, 60, "a worker that is not ready")
    assert "articles.dead takes no messages" in worker.page("/readyz")[1]
    assert worker.page("/healthz")[0] == 200
    assert stream.program.run("setup").returncode == 0
    wait_until(lambda: bool(stream.dead_letters()), 60, "the dead letter")
    wait_until(lambda: len(set(stream.keys("articles.enriched"))) == 50, 60, "all articles")
    assert {letter["reason"] for letter in stream.dead_letters()} == {"invalid_json"}
    wait_until(lambda: worker.page("/readyz")[0] == 200, 60, "a worker that is ready")


def test_partitions_that_are_added_are_read_without_a_restart(stream: Stream, broker: Broker) -> None:
    worker = stream.start("enrich").ready()
    stream.send(article(number) for number in range(50))
    before = broker.partitions()["articles"]
    broker.add_partitions("articles", before + 3)
    stream.send(article(number) for number in range(50, 200))
    wait_until(lambda: len(set(stream.keys("articles.enriched"))) == 200, 90, "articles from all partitions")
    assert {record.partition for record in stream.read("articles")} > set(range(before))
    assert worker.terminate() == 0
    assert set(Counter(stream.keys("articles.enriched")).values()) == {1}


def test_a_clock_that_is_set_back_and_forth(stream: Stream, index: Index, tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    workers = [stream.start(verb, "--once", clock=clock).ready() for verb in ("enrich", "index")]
    for number, behind in enumerate(("", "7200", "-3600", "1700000000", "")):
        clock.write_text(behind)
        stream.send(article(number * 40 + at) for at in range(40))
        stream.send([(b"broken", b"{broken")])
        index.complete((number + 1) * 40)
    wait_until(lambda: len(stream.dead_letters()) == 5, 30, "all dead letters")
    assert {json.dumps(worker.page("/healthz")) for worker in workers} == {'[200, "ok\\n"]'}
    assert [worker.terminate() for worker in workers] == [0, 0]
