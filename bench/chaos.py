"""Everything that can go wrong for the workers: 20,000 articles, a useless message in a hundred, and an incident every few seconds.

At the end, every article must be in the index once, and every useless message must be a dead letter with the right reason. It prints what
happened, and fails if something is lost, doubled or rejected for the wrong reason. The tests have a short form of it.
"""

import json
import os
import random
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from elasticsearch import Elasticsearch
from tests.support import dangerous_model
from tests.support.elastic_engine import ElasticsearchServer
from tests.support.elastic_index import Index, index_settings
from tests.support.faulty_elasticsearch import FAULTS, Fault, FaultyElasticsearch, faulty
from tests.support.invalid_messages import INVALID, invalid
from tests.support.kafka_engine import KafkaBroker
from tests.support.stream import Stream, Worker, article, streaming

from bench.engines import engines, wait
from bench.figures import header, row

_ARTICLES, _PORTION, _INVALID_EVERY = 20_000, 100, 800
_SECONDS_BETWEEN, _LONGEST_SECONDS = 4.0, 1_800.0
# How long the store is down once; other faults last a few seconds.
_OUTAGE_SECONDS = 60.0


@dataclass(kw_only=True)
class Conductor:
    """Causes incidents, and keeps a worker of each kind running."""

    stream: Stream
    broker: KafkaBroker
    server: ElasticsearchServer
    front: FaultyElasticsearch
    index: Index
    chance: random.Random
    happened: Counter[str] = field(default_factory=Counter)
    failed_workers: int = 0

    def __post_init__(self) -> None:
        self._clock = self.stream.program.folder / "clock"
        self._workers: dict[str, list[Worker]] = {"enrich": [], "index": []}

    def incidents(self) -> dict[str, Callable[[], None]]:
        """Return what causes each incident, by its name."""
        workers: dict[str, Callable[[], None]] = {}
        for verb in self._workers:
            workers[f"kill -9 of an {verb} worker"] = partial(self._kill, verb)
            workers[f"SIGTERM for an {verb} worker"] = partial(self._terminate, verb)
            workers[f"another {verb} worker, up to three"] = partial(self._add, verb)
        faults = {f"Elasticsearch {fault}": partial(self._fault, fault, 5) for fault in FAULTS}
        return {
            **workers,
            **faults,
            "kill -9 of a process that enriches": self._kill_child,
            "kill -9 of the broker": self._restart_broker,
            "kill -9 of Elasticsearch": self._restart_server,
            "read-only indices": self._block,
            "clocks two hours back": partial(self._turn_back, 7_200),
        }

    def start(self) -> None:
        """Start a worker of each kind."""
        for verb in self._workers:
            self._add(verb)

    def keep_up(self) -> None:
        """Start workers for those that have ended, as a container's restart policy does."""
        for verb, workers in self._workers.items():
            for worker in [worker for worker in workers if worker.process.poll() is not None]:
                # The others were stopped or killed.
                self.failed_workers += worker.process.returncode == 1
                workers.remove(worker)
            if not workers:
                self._add(verb)

    def cause(self, name: str) -> None:
        """Cause an incident; it is over when this returns, but for its consequences."""
        self.happened[name] += 1
        self.incidents()[name]()

    def outage(self) -> None:
        """Make Elasticsearch unreachable for a minute."""
        self.happened["Elasticsearch down for 60 s"] += 1
        self._fault("away", _OUTAGE_SECONDS)

    def _any(self, verb: str) -> Worker:
        self.keep_up()
        return self.chance.choice(self._workers[verb])

    def _add(self, verb: str) -> None:
        if len(self._workers[verb]) < 3:
            self._workers[verb].append(self.stream.start(verb, "--once", clock=self._clock))

    def _kill(self, verb: str) -> None:
        self._any(verb).kill()

    def _terminate(self, verb: str) -> None:
        self._any(verb).process.terminate()

    def _fault(self, fault: Fault, seconds: float) -> None:
        self.front.fault = fault
        time.sleep(seconds)
        self.front.fault = None

    def _kill_child(self) -> None:
        if children := self._any("enrich").pool_processes():
            os.kill(self.chance.choice(children), signal.SIGKILL)

    def _restart_broker(self) -> None:
        self.broker.kill()
        self.broker.start()

    def _restart_server(self) -> None:
        self.server.kill()
        self.server.start()

    def _block(self) -> None:
        self.index.block(on=True)
        time.sleep(5)
        self.index.block(on=False)

    def _turn_back(self, seconds: int) -> None:
        self._clock.write_text(str(seconds))
        time.sleep(5)
        self._clock.unlink()


def measure(_articles: Path | None) -> None:
    """Print what happened, and what became of the articles. Raises AssertionError if one was lost, doubled or rejected."""
    seed = int(os.environ.get("SEED", "1"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["PYTHONPATH"] = str(dangerous_model.install(folder / "site"))
        settings = {
            "elasticsearch_timeout_seconds": 2.0,
            "spacy_pipelines": {"de": "de_danger"},
            "enrich_timeout_seconds": 5.0,
            "reject_limit": 1_000,
        }
        with (
            engines() as servers,
            faulty(servers.server.url, slow_seconds=3) as front,
            _patient(servers.server.url) as client,
            streaming(folder, servers.broker.servers, "chaos-", **index_settings(front.url, "chaos-"), **settings) as stream,
        ):
            index, chance = Index(client, "chaos-"), random.Random(seed)
            _run(Conductor(stream=stream, broker=servers.broker, server=servers.server, front=front, index=index, chance=chance))


def _patient(url: str) -> Elasticsearch:
    """Return a client for a server that has just started and may not have loaded all of its indices yet."""
    return Elasticsearch(url, request_timeout=60, max_retries=20, retry_on_status=(429, 503), retry_on_timeout=True)


def _run(conductor: Conductor) -> None:
    begin, stream, index = time.monotonic(), conductor.stream, conductor.index
    sent: Counter[str] = Counter()
    sender = threading.Thread(target=_send, args=(stream, sent))
    conductor.start()
    sender.start()
    wait(lambda: bool(sent["articles"]) and len(index.ids()) > _PORTION, _LONGEST_SECONDS, "the first articles", poll=1)
    names = list(conductor.incidents())
    conductor.chance.shuffle(names)
    for number, name in enumerate(names + names):
        if number == len(names):
            conductor.outage()
        conductor.cause(name)
        time.sleep(_SECONDS_BETWEEN)
        conductor.keep_up()
    sender.join()

    def finished() -> bool:
        conductor.keep_up()
        return len(index.ids()) >= _ARTICLES and _reasons(stream).total() >= sent.total() - _ARTICLES

    wait(finished, _LONGEST_SECONDS, "all articles and dead letters (something hangs)", poll=1)
    _report(conductor, sent, time.monotonic() - begin)


def _send(stream: Stream, sent: Counter[str]) -> None:
    """Send the articles in portions with pauses, so that it takes about as long as the incidents."""
    for first in range(0, _ARTICLES, _PORTION):
        portion: list[tuple[bytes, bytes | None]] = [article(number) for number in range(first, first + _PORTION)]
        if first % _INVALID_EVERY == 0:
            portion += invalid()
            sent.update(reason for _, reason in INVALID)
        if first == _ARTICLES // 2:
            portion[0] = article(first, "Sanktion " * 1_200_000)
        stream.send(portion)
        sent["articles"] += _PORTION
        time.sleep(1)


def _report(conductor: Conductor, sent: Counter[str], seconds: float) -> None:
    stream, index = conductor.stream, conductor.index
    header("incident", "times")
    for name, times in sorted(conductor.happened.items()):
        row(name, times)
    print()
    ids, reasons = index.ids(), _reasons(stream)
    worked = Counter(record.key for record in stream.read("articles.enriched"))
    header("what", "figure")
    row("articles sent, found, found twice", f"{sent['articles']:,}, {len(set(ids)):,}, {len(ids) - len(set(ids)):,}")
    row("useless messages sent, dead letters", f"{sent.total() - sent['articles']:,}, {reasons.total():,}")
    row("articles enriched more than once", f"{sum(times - 1 for times in worked.values()):,}")
    row("articles written again, which changed nothing", f"{conductor.front.absorbed:,}")
    row("workers that failed by themselves", conductor.failed_workers)
    row("seconds", f"{seconds:,.0f}")
    print()
    assert len(ids) == len(set(ids)) == sent["articles"] == _ARTICLES, "articles were lost or doubled"
    del sent["articles"]
    # A message that was sent again, because the broker died before it confirmed the message, is two messages.
    assert reasons >= sent, f"dead letters are missing: {sent - reasons}"
    assert set(reasons) == set(sent), f"dead letters with a reason that no message has: {reasons - sent}"


def _reasons(stream: Stream) -> Counter[str]:
    letters = {record.key: json.loads(record.value) for record in stream.read("articles.dead") if record.value}
    wrong = [letter for letter in letters.values() if letter["reason"] not in {reason for _, reason in INVALID}]
    assert not wrong, f"an unexpected reason: {wrong[0]['reason']}: {wrong[0]['detail']}"
    return Counter(letter["reason"] for letter in letters.values())
