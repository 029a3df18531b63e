"""What enrich and index do with messages, without Kafka."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest
from tests.support.articles import analyser, article
from tests.support.messages import NOON, ListPublisher, message, metrics
from tests.unit.runtime.test_delivery import sender

from wirewatch.adapters.memory.store import MemoryStore
from wirewatch.core.article import DeadLetter, EnrichedArticle
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.core.search.parser import parse
from wirewatch.metrics import Counted, Metrics
from wirewatch.ports.store import PutResult
from wirewatch.runtime.pool import Enriched, Raw
from wirewatch.workers.enrich import EnrichHandler
from wirewatch.workers.index import IndexHandler


class Echo:
    """An Enricher that makes an article of what is not empty."""

    processes = 2

    def __init__(self) -> None:
        self.seen: list[Raw] = []

    async def enrich(self, raws: Sequence[Raw]) -> Sequence[Enriched | Rejected]:
        self.seen += raws
        return [
            Enriched(id=raw.value.decode(), value=raw.value * 3, counted=Counted(("arms",), ("PER", "PER"), ("undated",), 5))
            if raw.value
            else Rejected(Reason.EMPTY_MESSAGE, "the message holds no bytes")
            for raw in raws
        ]


def value(found: Metrics, name: str, **labels: str) -> float | None:
    return found.registry.get_sample_value(name, labels)


def letters(publisher: ListPublisher) -> list[DeadLetter]:
    return [msgspec.json.decode(sent, type=DeadLetter) for topic, _, sent in publisher.sent if topic == "articles.dead"]


def test_enriched_articles_are_sent_on_and_the_others_put_away() -> None:
    publisher, found, enricher = ListPublisher(max_bytes=1_000), metrics(), Echo()
    handler = EnrichHandler(enricher, sender(publisher, found), found, topic="articles.enriched", backfill_topic="articles.backfill")
    messages = [
        message(0, b"one"),
        message(1, b""),
        message(2, None),
        message(3, b"x" * 400),
        message(0, b"old", topic="articles.backfill"),
    ]
    assert asyncio.run(handler.process(messages)) == ["enriched", "rejected", "rejected", "rejected", "enriched"]
    assert [(topic, key, sent) for topic, key, sent in publisher.sent if topic != "articles.dead"] == [
        ("articles.enriched", b"one", b"oneoneone"),
        ("articles.enriched", b"old", b"oldoldold"),
    ]
    assert {letter.origin.offset: letter.reason for letter in letters(publisher)} == {1: "empty_message", 2: "tombstone", 3: "too_large"}
    assert {letter.raw for letter in letters(publisher)} == {b"", b"x" * 400}
    assert [(raw.first_seen_at, raw.backfill) for raw in enricher.seen] == [(NOON, False)] * 4 + [(NOON, True)]
    assert value(found, "wirewatch_topics_tagged_total", topic="arms") == 2
    assert value(found, "wirewatch_entities_found_total", type="PER") == 4
    assert value(found, "wirewatch_articles_flagged_total", flag="undated") == 2
    assert value(found, "wirewatch_publish_delay_seconds_count") == 2


class Refusing(MemoryStore):
    """Can't take one article."""

    def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> list[PutResult]:
        refused = Rejected(Reason.STORE_REFUSED, "mapping")
        return [
            refused if found.id == "bad" else result  # type: ignore[misc]  # what Elasticsearch may answer, a store in memory never does
            for found, result in zip(articles, super().put(articles, replace=replace), strict=True)
        ]


def test_articles_are_indexed_once_and_what_can_not_be_is_put_away() -> None:
    publisher, found, store = ListPublisher(), metrics(), Refusing(analyser())
    handler = IndexHandler(store, sender(publisher, found), found, clock=lambda: NOON + timedelta(seconds=7))
    history = msgspec.structs.replace(article("h"), backfill=True)
    values = [msgspec.json.encode(found) for found in (article("a"), article("a"), article("bad"), history)]
    values += [b"{broken", b"{}", b"\xff", b'{"id": 5}']
    messages = [message(offset, sent, topic="articles.enriched") for offset, sent in enumerate(values)]
    messages.append(message(8, None, topic="articles.enriched"))
    results = asyncio.run(handler.process(messages))
    handler.close()
    assert results == ["indexed", "duplicate", "rejected", "indexed", *["rejected"] * 5]
    assert {hit.article.id for hit in store.search(parse("")).hits} == {"a", "bad", "h"}
    assert {letter.origin.offset: letter.reason for letter in letters(publisher)} == {
        2: "store_refused",
        4: "invalid_json",
        5: "wrong_type",
        6: "invalid_json",
        7: "wrong_type",
        8: "tombstone",
    }
    assert value(found, "wirewatch_article_delay_seconds_count") == 1
    assert value(found, "wirewatch_article_delay_seconds_sum") == 7
    assert value(found, "wirewatch_last_article_indexed_timestamp_seconds") == (NOON + timedelta(seconds=7)).timestamp()


def test_a_fault_of_the_store_is_no_fault_of_the_articles() -> None:
    class Failing(MemoryStore):
        def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> list[PutResult]:
            raise OSError(f"unforeseen, in {len(articles)} articles, {replace}")

    publisher, found = ListPublisher(), metrics()
    handler = IndexHandler(Failing(analyser()), sender(publisher, found), found, clock=lambda: NOON)
    with pytest.raises(OSError, match="unforeseen"):
        asyncio.run(handler.process([message(0, msgspec.json.encode(article("a")))]))
    handler.close()
    assert publisher.sent == []
