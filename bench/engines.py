"""Starts a Kafka and an Elasticsearch for a measurement, and sets up workers' topics and indices on them."""

import asyncio
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from elasticsearch import ApiError, Elasticsearch
from tests.support.elastic_engine import ElasticsearchServer
from tests.support.elastic_index import index_settings
from tests.support.kafka_engine import KafkaBroker
from tests.support.stream import Stream, streaming

# As in production but small: nothing limits the JIT compiler.
_ELASTICSEARCH_JVM = ("-Xms1g", "-Xmx1g")
_KAFKA_JVM = ("-Xms512m", "-Xmx512m")
_POLL_SECONDS = 0.2


@dataclass(frozen=True)
class Engines:
    """Both servers, started. ``folder`` is for the files of their users."""

    folder: Path
    broker: KafkaBroker
    server: ElasticsearchServer
    client: Elasticsearch

    @contextmanager
    def installation(self, prefix: str, **settings: object) -> Iterator[Stream]:
        """Set up topics and indices with names of their own; yield a stream on them."""
        home = self.folder / prefix
        home.mkdir()
        with streaming(home, self.broker.servers, prefix, **index_settings(self.server.url, prefix), **settings) as stream:
            yield stream

    def searchable(self, prefix: str) -> int:
        """Return how many articles a search finds now."""
        try:
            return int(self.client.count(index=f"{prefix}articles-*", allow_no_indices=True)["count"])
        except ApiError:  # an index is being created
            return 0


@contextmanager
def elasticsearch(**options: Any) -> Iterator[tuple[ElasticsearchServer, Elasticsearch]]:
    """Start an Elasticsearch, and stop it at the end. ``options`` are for its client. Needs Java, as the integration tests do."""
    data = Path(tempfile.mkdtemp(prefix="wirewatch-bench-"))
    server = ElasticsearchServer(data, jvm=_ELASTICSEARCH_JVM)
    try:
        server.start()
        with Elasticsearch(server.url, request_timeout=60, **options) as client:
            yield server, client
    finally:
        server.stop()
        shutil.rmtree(data)


@contextmanager
def engines() -> Iterator[Engines]:
    """Start both servers, and stop them at the end. Needs Java, as the integration tests do."""
    with tempfile.TemporaryDirectory() as folder:
        broker = KafkaBroker(Path(folder) / "kafka", jvm=_KAFKA_JVM)
        try:
            broker.start()
            with elasticsearch() as (server, client):
                yield Engines(Path(folder), broker, server, client)
        finally:
            broker.stop()


def send(servers: str, topic: str, messages: Iterable[bytes], *, each_second: float | None = None) -> None:
    """Send messages and wait until they are confirmed; ``each_second``: how many a second, by default as many as the broker accepts."""

    async def run() -> None:
        producer = AIOKafkaProducer(bootstrap_servers=servers, linger_ms=5, max_batch_size=262_144)
        await producer.start()
        begin = time.monotonic()
        try:
            waiting: list[asyncio.Future[object]] = []
            for number, message in enumerate(messages):
                if each_second and (early := begin + number / each_second - time.monotonic()) > 0:
                    await asyncio.sleep(early)
                waiting.append(await producer.send(topic, message, key=b"%d" % number))
                if len(waiting) >= 10_000:
                    await asyncio.gather(*waiting)
                    waiting = []
            await asyncio.gather(*waiting)
        finally:
            await producer.stop()

    asyncio.run(run())


def wait(check: Callable[[], bool], limit: float, what: str, *, poll: float = _POLL_SECONDS) -> None:
    """Call ``check`` every ``poll`` seconds until it is true. Raises TimeoutError after ``limit`` seconds; ``what`` is missing then."""
    ends = time.monotonic() + limit
    while not check():
        if time.monotonic() > ends:
            raise TimeoutError(f"{what}: not within {limit:.0f} s")
        time.sleep(poll)
