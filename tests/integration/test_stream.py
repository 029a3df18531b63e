"""An article's whole way: sent to Kafka, enriched, indexed in Elasticsearch, found. And what befalls it there."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from tests.support.elastic_store import client
from tests.support.engines import wait_until
from tests.support.kafka_engine import KafkaBroker
from tests.support.stream import Stream, article, streaming


class Index:
    """What a test asks Elasticsearch itself."""

    def __init__(self, connected: Elasticsearch, prefix: str) -> None:
        self._client = connected
        self.pattern = f"{prefix}articles-*"

    def ids(self) -> list[str]:
        """Of every document: one that stands there twice is named twice."""
        self._client.indices.refresh(index=self.pattern, allow_no_indices=True)
        found: list[str] = []
        after: Any = None
        while True:
            asked: dict[str, Any] = {"size": 5_000, "sort": [{"id": "asc"}], "source": False, "search_after": after}
            page = self._client.search(index=self.pattern, **asked)["hits"]["hits"]
            found += (hit["_id"] for hit in page)
            if len(page) < 5_000:
                return found
            after = page[-1]["sort"]

    def block(self, *, on: bool) -> None:
        """As the disk watermark does it."""
        self._client.indices.put_settings(index=self.pattern, settings={"index.blocks.read_only_allow_delete": on or None})


@pytest.fixture
def index(elasticsearch_url: str, elasticsearch_prefix: str) -> Iterator[Index]:
    connected = client(elasticsearch_url)
    yield Index(connected, elasticsearch_prefix)
    connected.close()


@pytest.fixture
def stream(tmp_path: Path, kafka_servers: str, kafka_prefix: str, elasticsearch_url: str, elasticsearch_prefix: str) -> Iterator[Stream]:
    where = {"elasticsearch_urls": [elasticsearch_url], "elasticsearch_prefix": elasticsearch_prefix, "elasticsearch_replicas": 0}
    with streaming(tmp_path, kafka_servers, kafka_prefix, **where) as found:
        yield found


def all_indexed(index: Index, count: int, seconds: float = 180) -> None:
    """Wait until so many articles are there, each of them once."""
    wait_until(lambda: len(index.ids()) >= count, seconds, f"{count} articles in the index")
    found = index.ids()
    assert len(found) == len(set(found)) == count


def test_from_a_file_to_the_search(stream: Stream, index: Index) -> None:
    lines = [json.loads(value) for _, value in (article(number) for number in range(200))]
    lines += [lines[0], lines[1] | {"url": lines[1]["url"] + "?utm_source=rss"}]
    path = stream.program.write("articles.jsonl", *lines, b"{broken")
    assert stream.program.run("send", path).returncode in (0, 4)
    enrich, indexer = stream.start("enrich").ready(), stream.start("index").ready()
    all_indexed(index, 200)
    wait_until(lambda: indexer.processed() == 202, 30, "all messages done")
    metrics = indexer.metrics()
    assert metrics["wirewatch_articles_processed_total{indexed}"] == 200
    assert metrics["wirewatch_articles_processed_total{duplicate}"] == 2
    assert metrics["wirewatch_articles_received_total"] == 202
    assert metrics["wirewatch_articles_in_flight"] == 0
    assert metrics["wirewatch_article_delay_seconds_count"] == 200
    found = stream.program.json("search", "Sanktion topic:summit org:nato lang:de", "--limit", "3", "--facets")
    assert found["total"] == 200
    assert found["hits"][0]["language"] == "de"
    letters = [json.loads(line) for line in stream.program.run("dlq", "list", "--json").stdout.splitlines()]
    assert [letter["reason"] for letter in letters] == ["invalid_json"]
    lag = stream.program.json("lag")
    assert {row["records"] for row in lag} == {0}
    assert [enrich.terminate(), indexer.terminate()] == [0, 0]


def test_a_store_that_takes_nothing_is_waited_for_and_said_to_be_away(stream: Stream, index: Index) -> None:
    indexer = stream.start("index").ready()
    stream.start("enrich").ready()
    stream.send(article(number) for number in range(50))
    all_indexed(index, 50)
    index.block(on=True)
    stream.send(article(number) for number in range(50, 100))
    wait_until(lambda: indexer.page("/readyz")[0] == 503, 60, "a worker that is not ready")
    assert "cluster_block_exception" in indexer.page("/readyz")[1]
    assert indexer.page("/healthz")[0] == 200
    assert len(set(index.ids())) == 50
    index.block(on=False)
    all_indexed(index, 100)
    wait_until(lambda: indexer.page("/readyz")[0] == 200, 30, "a worker that is ready")
    assert stream.dead_letters() == []
    assert indexer.metrics()["wirewatch_retries_total{store}"] >= 1


def test_killed_stopped_and_rebalanced_workers_lose_and_double_nothing(stream: Stream, kafka_broker: KafkaBroker, index: Index) -> None:
    """Index workers are killed and scaled from one to three and back, and the broker is killed, all under load."""
    numbers = iter(range(3_000))

    def send(count: int) -> None:
        stream.send(article(number) for number in islice(numbers, count))

    send(1_000)
    stream.start("enrich").ready()
    first = stream.start("index").ready()
    wait_until(lambda: first.processed() > 0, 60, "the first articles")
    first.kill()
    second, third = stream.start("index"), stream.start("index")
    send(1_000)
    second.ready()
    third.ready()
    wait_until(lambda: len(index.ids()) > 500, 90, "five hundred articles")
    kafka_broker.kill()
    kafka_broker.start()
    third.process.terminate()
    send(1_000)
    fourth = stream.start("index").ready()
    second.kill()
    all_indexed(index, 3_000)
    assert fourth.terminate() == 0
    assert stream.dead_letters() == []
