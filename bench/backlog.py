"""A backlog of a million small articles, worked off by two workers: whether the end is as fast as the start, and memory flat.

``BACKLOG=N`` in the environment takes another number of articles.
"""

import json
import os
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from bench.engines import Engines, engines, resident_mib, send, wait
from bench.stream import Ours
from bench.texts import header, row

_SLICES = 10
_LONGEST_SECONDS = 3_600.0
_PREFIX = "backlog-"
_PLACES = "Genf Wien Berlin Paris Brüssel Oslo Rom Madrid Warschau Prag".split()
_TOPICS = ("neue Sanktionen gegen den Iran", "ein Treffen der Außenminister", "die Lieferung von Panzern", "den Haushalt der Stadt")


def measure(_articles: Path | None) -> None:
    """Print the rate and the memory in each tenth."""
    total = int(os.environ.get("BACKLOG", "1000000"))
    with engines() as found, found.installation(_PREFIX) as stream:
        send(stream.servers, f"{_PREFIX}articles", _small(total))
        ours = Ours(stream, workers=1, processes=1)
        wait(lambda: found.searchable(_PREFIX) > 0, _LONGEST_SECONDS, "the first articles")
        header("articles", "articles/s", "enrich worker and its process, MiB", "index worker, MiB")
        before, begin = found.searchable(_PREFIX), time.monotonic()
        for number in range(1, _SLICES + 1):
            goal = total * number // _SLICES
            wait(partial(_reached, found, goal), _LONGEST_SECONDS, f"{goal} articles")
            there, now = found.searchable(_PREFIX), time.monotonic()
            memory = (sum(map(resident_mib, workers)) for workers in (ours.enrich, ours.index))
            row(f"{there:,}", f"{(there - before) / (now - begin):,.0f}", *(f"{mib:,.0f}" for mib in memory))
            before, begin = there, now


def _reached(found: Engines, goal: int) -> bool:
    return found.searchable(_PREFIX) >= goal


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
