"""The peers of ``bench.stream``, each in a process of its own: ``python -m bench.stream_peers PEER SERVERS PREFIX URL``.

All do the same enrichment and write the same documents. None of them guarantees that nothing is lost or doubled.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import faust
from aiokafka import AIOKafkaConsumer
from elasticsearch import AsyncElasticsearch, Elasticsearch

from wirewatch.adapters.elastic.documents import encoded
from wirewatch.bootstrap.taggers import build_analyser, load_pipeline
from wirewatch.core.article import EnrichedArticle
from wirewatch.settings import Settings

# Where ``make bench-peers`` puts libraries that nothing else needs. It is last on the path, so that it replaces no other library.
PEERS = Path(__file__).parents[1] / ".cache" / "peers"
_BATCH = 500


class Enrichment:
    """The same path and the same documents as ours."""

    def __init__(self, prefix: str) -> None:
        self._pipeline = load_pipeline(Settings(name_models=False))
        self._analyser = build_analyser()
        self.index = f"{prefix}articles-{datetime.now(UTC):%Y.%m}"

    def documents(self, raws: list[bytes]) -> list[tuple[str, bytes]]:
        """Return id and document of each message that is an article."""
        now = datetime.now(UTC)
        outcomes = [self._pipeline.process(raw, now=now) for raw in raws]
        articles = [outcome for outcome in outcomes if isinstance(outcome, EnrichedArticle)]
        return [(article.id, document) for article, document in encoded(articles, self._analyser, stored_at=range(len(articles)))]

    def lines(self, raws: list[bytes]) -> list[Any]:
        """Return the operations for ``client.bulk``."""
        return [line for name, document in self.documents(raws) for line in ({"index": {"_index": self.index, "_id": name}}, document)]


async def bare(servers: str, prefix: str, url: str) -> None:
    """Run aiokafka and ``client.bulk`` in a loop."""
    work, client = Enrichment(prefix), AsyncElasticsearch(url, request_timeout=60)
    consumer = AIOKafkaConsumer(f"{prefix}articles", bootstrap_servers=servers, auto_offset_reset="earliest", group_id=f"{prefix}bare")
    await consumer.start()
    while True:
        found = await consumer.getmany(timeout_ms=500, max_records=_BATCH)
        if lines := work.lines([record.value for records in found.values() for record in records]):
            await client.bulk(operations=lines)


def naive(servers: str, prefix: str, url: str) -> None:
    """Run Faust as its introduction shows it: an agent with one event at a time."""
    work, client = Enrichment(prefix), AsyncElasticsearch(url, request_timeout=60)
    app = faust.App(
        f"{prefix}naive",
        broker=f"kafka://{servers}",
        value_serializer="raw",
        web_enabled=False,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        datadir=mkdtemp(),
    )

    @app.agent(app.topic(f"{prefix}articles", value_serializer="raw"))
    async def enrich(articles: Any) -> None:
        async for raw in articles:
            for name, document in work.documents([raw]):
                await client.index(index=work.index, id=name, document=document)  # type: ignore[arg-type]  # bytes are sent as they are

    faust.Worker(app, loop=asyncio.new_event_loop(), loglevel="WARNING").execute_from_commandline()


def quix(servers: str, prefix: str, url: str) -> None:
    """Run a quixstreams pipeline whose sink writes what it has collected when offsets are committed."""
    sys.path.append(str(PEERS))
    from quixstreams import Application  # noqa: PLC0415 - only where it was fetched
    from quixstreams.sinks import BatchingSink  # noqa: PLC0415

    work, client = Enrichment(prefix), Elasticsearch(url, request_timeout=60)

    class Sink(BatchingSink):  # type: ignore[misc]  # its library is not there when types are checked
        def write(self, batch: Any) -> None:
            client.bulk(operations=[line for item in batch for line in item.value])

    app = Application(
        broker_address=servers,
        consumer_group=f"{prefix}quix",
        auto_offset_reset="earliest",
        commit_every=_BATCH,
        state_dir=mkdtemp(),
        auto_create_topics=False,
    )
    frame = app.dataframe(app.topic(f"{prefix}articles", value_deserializer="bytes"))
    frame.apply(lambda raw: work.lines([raw])).sink(Sink())
    app.run()


if __name__ == "__main__":
    peer, *where = sys.argv[1:]
    if peer == "bare":
        asyncio.run(bare(*where))
    elif peer == "naive":
        naive(*where)
    else:
        quix(*where)
