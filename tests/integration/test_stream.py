"""An article's whole way: sent to Kafka, enriched, indexed in Elasticsearch, found. And what befalls it there."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from tests.support.elastic_index import Index, index_settings
from tests.support.engines import wait_until
from tests.support.kafka_engine import KafkaBroker
from tests.support.stream import Stream, article, streaming


@pytest.fixture
def stream(tmp_path: Path, kafka_servers: str, kafka_prefix: str, elasticsearch_url: str, elasticsearch_prefix: str) -> Iterator[Stream]:
    with streaming(tmp_path, kafka_servers, kafka_prefix, **index_settings(elasticsearch_url, elasticsearch_prefix)) as found:
        yield found


def test_from_a_file_to_the_search(stream: Stream, index: Index) -> None:
    lines = [json.loads(value) for _, value in (article(number) for number in range(200))]
    lines += [lines[0], lines[1] | {"url": lines[1]["url"] + "?utm_source=rss"}]
    path = stream.program.write("articles.jsonl", *lines, b"{broken")
    assert stream.program.run("send", path).returncode in (0, 4)
    enrich, indexer = stream.start("enrich").ready(), stream.start("index").ready()
    index.complete(200)
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


@pytest.mark.chaos
def test_a_store_that_takes_nothing_is_waited_for_and_said_to_be_away(stream: Stream, index: Index) -> None:
    indexer = stream.start("index").ready()
    stream.start("enrich").ready()
    stream.send(article(number) for number in range(50))
    index.complete(50)
    index.block(on=True)
    stream.send(article(number) for number in range(50, 100))
    wait_until(lambda: indexer.page("/readyz")[0] == 503, 60, "a worker that is not ready")
    assert "cluster_block_exception" in indexer.page("/readyz")[1]
    assert indexer.page("/healthz")[0] == 200
    assert len(set(index.ids())) == 50
    index.block(on=False)
    index.complete(100)
    wait_until(lambda: indexer.page("/readyz")[0] == 200, 30, "a worker that is ready")
    assert stream.dead_letters() == []
    assert indexer.metrics()["wirewatch_retries_total{store}"] >= 1


@pytest.mark.chaos
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
    index.complete(3_000)
    assert fourth.terminate() == 0
    assert stream.dead_letters() == []


def test_what_is_stored_is_enriched_anew_where_it_is(stream: Stream, index: Index) -> None:
    """A topic is added: articles get it in place, and a second run finds nothing to do."""
    stream.start("enrich").ready()
    stream.start("index").ready()
    stream.send(article(number) for number in range(600))
    index.complete(600)
    topics = stream.program.folder / "topics"
    topics.mkdir()
    (topics / "geneva.yaml").write_text("id: geneva\nlabels: {en: Geneva}\nlanguages:\n  de:\n    terms: [Genf]\n")
    first = stream.program.json("reenrich", topic_directories=topics)
    assert (first["looked_at"], first["enriched"], first["failed"]) == (600, 600, {})
    index.complete(600)
    found = stream.program.json("search", "topic:geneva topic:summit", "--limit", "1")
    assert found["total"] == 600
    second = stream.program.json("reenrich", topic_directories=topics)
    assert (second["enriched"], second["up_to_date"]) == (0, 600)
