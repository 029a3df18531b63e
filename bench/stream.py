"""How fast articles go from Kafka until Elasticsearch finds them: our workers, a bare loop, a naive Faust agent, and quixstreams.

All do the same enrichment. One after another, on all cores, they read the same messages from one broker into one Elasticsearch. Time is
taken from the first articles that are found to the last, so that start-up doesn't count. Needs Java, as the integration tests do;
quixstreams is included after ``make bench-peers``.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.support.stream import Stream

from bench.engines import Engines, engines, send, wait
from bench.figures import cpu_seconds, header, row
from bench.stream_peers import PEERS
from bench.texts import load_texts, messages

_ARTICLES, _ROUNDS = 6_000, 3
_LONGEST_SECONDS = 300.0
_BARE = "bare loop (aiokafka, same enrichment, client.bulk), no guarantee"


@dataclass(frozen=True)
class Measured:
    """Figures from the first articles that were found to the last; ``own_cpu`` is of the enrich workers without their processes.

    ``cpu`` and ``own_cpu`` are seconds of processor time; ``rate_again`` is articles a second when all are sent again.
    """

    articles: int
    seconds: float
    cpu: float
    own_cpu: float
    rate_again: float = 0.0

    @property
    def rate(self) -> float:
        """The number of articles a second."""
        return self.articles / self.seconds


class Peer:
    """A peer in ``bench.stream_peers``, in a process of its own."""

    def __init__(self, name: str, stream: Stream, url: str) -> None:
        command = [sys.executable, "-m", "bench.stream_peers", name, stream.servers, stream.prefix, url]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def cpu(self) -> tuple[float, float]:
        """Return its processor time, and 0."""
        return cpu_seconds([self.process.pid]), 0.0

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


class Ours:
    """Our workers."""

    def __init__(self, stream: Stream, *, workers: int, processes: int) -> None:
        self.enrich = [stream.start("enrich", "--once", worker_processes=processes) for _ in range(workers)]
        self.index = [stream.start("index", "--once") for _ in range(workers)]

    def cpu(self) -> tuple[float, float]:
        """Return the processor time of all processes, and of the enrich workers alone."""
        own = cpu_seconds(worker.process.pid for worker in self.enrich)
        children = [pid for worker in self.enrich for pid in worker.pool_processes()]
        return own + cpu_seconds([*children, *(worker.process.pid for worker in self.index)]), own

    def indexed(self) -> float:
        """Return how many messages the index workers have processed."""
        return sum(worker.processed() for worker in self.index)

    def close(self) -> None:
        """Do nothing: the stream stops them."""


def measure(articles: Path | None) -> None:
    """Print articles and words a second of each contender, and the ratio to the bare loop."""
    raws = list(messages(load_texts(articles), _ARTICLES))
    words = sum(count for _, count in raws) / len(raws)
    with engines() as found:
        results = _rounds(found, [raw for raw, _ in raws])
    header("what", "articles/s", "worst–best round", "words/s", "against the bare loop", "cores used", "own overhead, µs an article")
    bare = median(one.rate for one in results[_BARE])
    for name, rounds in results.items():
        _row(name, [one.rate for one in rounds], words, bare, rounds)
        if rounds[0].rate_again:
            _row("… all of it sent again", [one.rate_again for one in rounds], words, bare, ())


def _row(name: str, rates: Sequence[float], words: float, bare: float, rounds: Sequence[Measured]) -> None:
    rate, cores, own = median(rates), "", ""
    if rounds:
        cores = f"{median(one.cpu / one.seconds for one in rounds):.2f}"
        own = f"{median(one.own_cpu / one.articles for one in rounds) * 1e6:,.0f}" if rounds[0].own_cpu else ""
    row(name, f"{rate:,.0f}", f"{min(rates):,.0f}–{max(rates):,.0f}", f"{rate * words:,.0f}", rate / bare, cores, own)


def _rounds(found: Engines, raws: Sequence[bytes]) -> dict[str, list[Measured]]:
    """Run each contender once a round; the first round warms the servers up."""
    url = found.server.url
    contenders: dict[str, Callable[[Stream], Peer | Ours]] = {
        _BARE: lambda stream: Peer("bare", stream, url),
        "wirewatch, an enrich worker of one process, an index worker": lambda stream: Ours(stream, workers=1, processes=1),
        "wirewatch, an enrich worker of two processes, an index worker": lambda stream: Ours(stream, workers=1, processes=2),
        "wirewatch, two enrich workers of one process, two index workers": lambda stream: Ours(stream, workers=2, processes=1),
        "Faust, an event at a time": lambda stream: Peer("naive", stream, url),
    }
    if PEERS.exists():
        contenders["quixstreams, a batching sink"] = lambda stream: Peer("quix", stream, url)
    else:
        print("quixstreams is left out; `make bench-peers` fetches it\n")
    results: dict[str, list[Measured]] = {name: [] for name in contenders}
    for turn in range(_ROUNDS + 1):
        for number, (name, start) in enumerate(contenders.items()):
            if turn or name == _BARE:
                measured = _one(found, f"r{turn}c{number}-", start, raws)
                results[name] += [measured] if turn else []
    return results


def _one(found: Engines, prefix: str, start: Callable[[Stream], Peer | Ours], raws: Sequence[bytes]) -> Measured:
    with found.installation(prefix) as stream:
        send(stream.servers, f"{prefix}articles", raws)
        contender = start(stream)
        try:
            wait(lambda: found.searchable(prefix) > 0, _LONGEST_SECONDS, f"first articles of {prefix}")
            before, begin, used = found.searchable(prefix), time.monotonic(), contender.cpu()
            wait(lambda: found.searchable(prefix) >= len(raws), _LONGEST_SECONDS, f"all articles of {prefix}")
            seconds = time.monotonic() - begin
            cpu, own = (now - then for now, then in zip(contender.cpu(), used, strict=True))
            again = _again(stream, contender, raws) if isinstance(contender, Ours) else 0.0
            return Measured(len(raws) - before, seconds, cpu, own, again)
        finally:
            contender.close()
            found.client.indices.delete(index=f"{prefix}articles-*")


def _again(stream: Stream, ours: Ours, raws: Sequence[bytes]) -> float:
    """Return articles a second when each is a duplicate, as counted by the index workers."""
    first = ours.indexed()
    send(stream.servers, f"{stream.prefix}articles", raws)
    wait(lambda: ours.indexed() > first, _LONGEST_SECONDS, "the first duplicate")
    before, begin = ours.indexed(), time.monotonic()
    wait(lambda: ours.indexed() >= first + len(raws), _LONGEST_SECONDS, "all duplicates")
    return (first + len(raws) - before) / (time.monotonic() - begin)
