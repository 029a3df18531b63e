"""From Kafka to searchable in Elasticsearch: our workers beside a bare loop of the same enrichment.

All read the same messages from one broker into one Elasticsearch, one contender after the other, on all cores. The clock runs from the
first articles that are searchable to the last, so that start-up does not count. Needs Java, as the integration tests do.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from elasticsearch import ApiError, Elasticsearch
from tests.support.elastic_engine import ElasticsearchServer
from tests.support.kafka_engine import KafkaBroker
from tests.support.stream import Stream, streaming

from bench.texts import header, load_texts, messages, row
from wirewatch.adapters.elastic_setup import ElasticSetup

_ARTICLES = 6_000
_POLL_SECONDS = 0.2
_LONGEST_SECONDS = 300.0


def measure(articles: Path | None) -> None:
    """Print articles and words a second of each contender, and the ratio to the bare loop."""
    raws = list(messages(load_texts(articles), _ARTICLES))
    words = sum(count for _, count in raws) / len(raws)
    with tempfile.TemporaryDirectory() as folder:
        broker = KafkaBroker(Path(folder) / "kafka")
        server = ElasticsearchServer(Path(tempfile.mkdtemp(prefix="wirewatch-bench-")))
        broker.start()
        server.start()
        try:
            _compare(Path(folder), broker.servers, server.url, [raw for raw, _ in raws], words)
        finally:
            server.stop()
            broker.stop()


def _compare(folder: Path, servers: str, url: str, raws: list[bytes], words: float) -> None:
    contenders: dict[str, Callable[[Stream], object]] = {
        "bare loop (aiokafka, same enrichment, client.bulk), no guarantee": lambda stream: _bare(stream, url),
        "wirewatch, one enrich worker of one process, one index worker": lambda stream: _workers(stream, 1),
        "wirewatch, one enrich worker of two processes, one index worker": lambda stream: _workers(stream, 2),
    }
    header("what", "articles/s", "words/s", "against the bare loop")
    first = 0.0
    for number, (name, start) in enumerate(contenders.items()):
        prefix = f"bench{number}-"
        home = folder / prefix
        home.mkdir()
        where = {"elasticsearch_urls": [url], "elasticsearch_prefix": prefix, "elasticsearch_replicas": 0}
        with streaming(home, servers, prefix, **where) as stream, Elasticsearch(url, request_timeout=60) as client:
            ElasticSetup(client, prefix=prefix, shards=1, replicas=0).install()
            stream.send((f"{at}".encode(), raw) for at, raw in enumerate(raws))
            started = start(stream)
            rate = _rate(client, f"{prefix}articles-*", len(raws))
            if isinstance(started, subprocess.Popen):
                started.kill()
                started.wait()
        first = first or rate
        row(name, f"{rate:,.0f}", f"{rate * words:,.0f}", rate / first)


def _bare(stream: Stream, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "bench.stream_bare", stream.servers, stream.prefix, url])


def _workers(stream: Stream, processes: int) -> None:
    stream.start("enrich", "--once", worker_processes=processes)
    stream.start("index", "--once")


def _rate(client: Elasticsearch, pattern: str, total: int) -> float:
    """Articles a second between the first that were found and the last."""
    found, begin, before, ends = 0, 0.0, 0, time.monotonic() + _LONGEST_SECONDS
    while time.monotonic() < ends:
        found = _count(client, pattern)
        now = time.monotonic()
        if found and not begin:
            begin, before = now, found
        if found >= total:
            return (found - before) / (now - begin)
        time.sleep(_POLL_SECONDS)
    raise TimeoutError(f"{pattern} holds {found} of {total} articles after {_LONGEST_SECONDS:.0f} s")


def _count(client: Elasticsearch, pattern: str) -> int:
    try:
        return int(client.count(index=pattern, allow_no_indices=True)["count"])
    except ApiError:  # an index that is being made
        return 0
