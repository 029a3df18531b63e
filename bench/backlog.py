"""A backlog of a million small articles for two workers: whether it is as fast at the end as at the start, and memory stays flat.

``BACKLOG=N`` in the environment sets another number of articles.
"""

import json
import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.support.stream import Worker

from bench.engines import Engines, engines, send, wait
from bench.figures import header, resident_mib, row
from bench.stream import Ours

_SLICES = 10
_LONGEST_SECONDS = 3_600.0
_PREFIX = "backlog-"
_PLACES = "Genf Wien Berlin Paris Brüssel Oslo Rom Madrid Warschau Prag".split()
_TOPICS = ("neue Sanktionen gegen den Iran", "ein Treffen der Außenminister", "die Lieferung von Panzern", "den Haushalt der Stadt")


def measure(_articles: Path | None) -> None:
    """Print rate and memory after each tenth."""
    total = int(os.environ.get("BACKLOG", "1000000"))
    with engines() as servers, servers.installation(_PREFIX) as stream:
        send(stream.servers, f"{_PREFIX}articles", _small(total))
        ours = Ours(stream, workers=1, processes=1)
        wait(lambda: servers.searchable(_PREFIX) > 0, _LONGEST_SECONDS, "the first articles")
        header("articles", "articles/s", "enrich worker and its process, MiB", "index worker, MiB")
        before, begin = servers.searchable(_PREFIX), time.monotonic()
        for number in range(1, _SLICES + 1):
            goal = total * number // _SLICES
            wait(partial(_reached, servers, goal), _LONGEST_SECONDS, f"{goal} articles")
            reached, now = servers.searchable(_PREFIX), time.monotonic()
            memory = (sum(map(_memory, workers)) for workers in (ours.enrich, ours.index))
            row(f"{reached:,}", f"{(reached - before) / (now - begin):,.0f}", *(f"{mib:,.0f}" for mib in memory))
            before, begin = reached, now


def _reached(servers: Engines, goal: int) -> bool:
    return servers.searchable(_PREFIX) >= goal


def _memory(worker: Worker) -> float:
    """Return the memory of a worker and its processes, in MiB."""
    return resident_mib(worker.process.pid, *worker.descendants)


def _small(total: int) -> Iterator[bytes]:
    for number in range(total):
        place, topic = _PLACES[number % len(_PLACES)], _TOPICS[number // 10 % len(_TOPICS)]
        fields = {
            "url": f"https://bench.example/{number}",
            "title": f"Meldung {number} aus {place}",
            "body": f"In {place} ging es heute um {topic}, wie die Agentur am Abend meldete.",
            "language": "de",
            "source": "bench.example",
        }
        yield json.dumps(fields).encode()
