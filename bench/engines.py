"""A Kafka and an Elasticsearch of a measurement's own, and installations on them."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaProducer
from elasticsearch import ApiError, Elasticsearch
from tests.support.elastic_engine import ElasticsearchServer
from tests.support.elastic_index import index_settings
from tests.support.kafka_engine import KafkaBroker
from tests.support.stream import Stream, Worker, streaming

# As in production, but small: the JIT compiler may do all it can.
_ELASTICSEARCH_JVM = ("-Xms1g", "-Xmx1g")
_KAFKA_JVM = ("-Xms512m", "-Xmx512m")
_POLL_SECONDS = 0.2
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Engines:
    """Both servers, started; ``folder`` is for what uses them."""

    folder: Path
    broker: KafkaBroker
    server: ElasticsearchServer
    client: Elasticsearch

    @contextmanager
    def installation(self, prefix: str, **settings: object) -> Iterator[Stream]:
        """Topics and indices of its own, set up."""
        home = self.folder / prefix
        home.mkdir()
        with streaming(home, self.broker.servers, prefix, **index_settings(self.server.url, prefix), **settings) as stream:
            yield stream

    def searchable(self, prefix: str) -> int:
        """Articles that a search finds now."""
        try:
            return int(self.client.count(index=f"{prefix}articles-*", allow_no_indices=True)["count"])
        except ApiError:  # an index that is being made
            return 0


@contextmanager
def engines() -> Iterator[Engines]:
    """Start both, and end them. Needs Java, as the integration tests do."""
    data = Path(tempfile.mkdtemp(prefix="wirewatch-bench-"))
    with tempfile.TemporaryDirectory() as folder:
        broker = KafkaBroker(Path(folder) / "kafka", jvm=_KAFKA_JVM)
        server = ElasticsearchServer(data, jvm=_ELASTICSEARCH_JVM)
        try:
            broker.start()
            server.start()
            with Elasticsearch(server.url, request_timeout=60) as client:
                yield Engines(Path(folder), broker, server, client)
        finally:
            server.stop()
            broker.stop()
            shutil.rmtree(data)


def send(servers: str, topic: str, messages: Iterable[bytes], *, each_second: float | None = None) -> None:
    """Send messages, confirmed, as fast as the broker takes them or so many each second."""

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


def wait(check: Callable[[], bool], seconds: float, what: str) -> None:
    """Ask until it is so. Raises TimeoutError."""
    ends = time.monotonic() + seconds
    while not check():
        if time.monotonic() > ends:
            raise TimeoutError(f"{what}: not in {seconds:.0f} s")
        time.sleep(_POLL_SECONDS)


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time that these processes have used."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:  # ended
            continue
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def resident_mib(worker: Worker) -> float:
    """Memory of a worker and its processes together, in MiB."""
    pages = 0
    for pid in (worker.process.pid, *worker.descendants):
        try:
            pages += int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
