"""What ``bench.stream`` compares with, in a process of its own: ``python -m bench.stream_bare SERVERS PREFIX URL``."""

import asyncio
import sys
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer
from elasticsearch import AsyncElasticsearch

from wirewatch import bootstrap
from wirewatch.adapters.elastic_documents import encoded
from wirewatch.core.article import EnrichedArticle
from wirewatch.settings import Settings

_BATCH = 500


class Enrichment:
    """The same path and the same documents as ours."""

    def __init__(self, prefix: str) -> None:
        self._pipeline = bootstrap.load_pipeline(Settings())
        self._analyser = bootstrap.build_analyser()
        self.index = f"{prefix}articles-{datetime.now(UTC):%Y.%m}"

    def documents(self, raws: list[bytes]) -> list[tuple[str, bytes]]:
        """Id and document of each message that is an article."""
        now = datetime.now(UTC)
        outcomes = [self._pipeline.process(raw, now=now) for raw in raws]
        articles = [outcome for outcome in outcomes if isinstance(outcome, EnrichedArticle)]
        return [(article.id, document) for article, document in encoded(articles, self._analyser, stored_at=range(len(articles)))]


async def bare(servers: str, prefix: str, url: str) -> None:
    """Read, enrich, write; what is lost is lost."""
    work, client = Enrichment(prefix), AsyncElasticsearch(url, request_timeout=60)
    consumer = AIOKafkaConsumer(f"{prefix}articles", bootstrap_servers=servers, auto_offset_reset="earliest", group_id=f"{prefix}bare")
    await consumer.start()
    while True:
        found = await consumer.getmany(timeout_ms=500, max_records=_BATCH)
        raws = [record.value for records in found.values() for record in records]
        lines: list[Any] = []
        for name, document in work.documents(raws):
            lines += ({"index": {"_index": work.index, "_id": name}}, document)
        if lines:
            await client.bulk(operations=lines)


if __name__ == "__main__":
    asyncio.run(bare(*sys.argv[1:]))
