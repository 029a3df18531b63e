"""A real Elasticsearch with faults in front of it: away, busy, failing, slow, or with answers that get lost on their way back."""

import http.client
import json
import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlsplit

from tests.support.scripted_elasticsearch import CLOSED, Answer, Request, answer, error, item, scripted
from wirewatch.adapters.elastic.bulk import CONFLICT

# ``busy`` refuses whole requests, ``half busy`` some of the articles of one; ``lost``: articles are written, and the answer never comes.
Fault = Literal["away", "busy", "half busy", "failing", "slow", "lost"]
FAULTS: tuple[Fault, ...] = ("away", "busy", "half busy", "failing", "slow", "lost")
_KEPT_HEADERS = ("content-type", "accept", "authorization")
_REJECTED = "es_rejected_execution_exception"


@dataclass
class FaultyElasticsearch:
    """Answers at ``url`` what the server at ``upstream`` does, or has ``fault`` happen instead, so long as there is one."""

    upstream: str
    # As slow as this, in seconds: more than whoever asks waits for.
    slow_seconds: float = 5.0
    seed: int = 0
    url: str = ""
    fault: Fault | None = None
    # How often each fault happened, and how many articles were written again and changed nothing.
    happened: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FAULTS, 0))
    absorbed: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Answer:
        fault = self.fault
        if fault == "lost" and not request.body.startswith(b'{"index":'):
            fault = None
        if fault:
            with self._lock:
                self.happened[fault] += 1
        if fault == "away":
            return CLOSED
        if fault == "busy":
            return error(429, _REJECTED)
        if fault == "failing":
            return error(503, "unavailable_shards_exception")
        if fault == "slow":
            time.sleep(self.slow_seconds)
        elif fault == "half busy" and request.path.startswith("/_bulk"):
            return self._half(request)
        given = self._forward(request)
        return CLOSED if fault == "lost" else given

    def has_happened(self, fault: Fault, times: int) -> bool:
        return self.happened[fault] >= times

    def _half(self, request: Request) -> Answer:
        lines = request.body.splitlines(keepends=True)
        pairs = [b"".join(lines[at : at + 2]) for at in range(0, len(lines), 2)]
        refused = [self._chance.random() < 0.5 for _ in pairs]
        taken = b"".join(pair for pair, no in zip(pairs, refused, strict=True) if not no)
        given: list[Any] = []
        if taken:
            given = json.loads(self._forward(Request(request.method, request.path, taken, request.headers)).body)["items"]
        rest = iter(given)
        return answer({"items": [item(429, _REJECTED) if no else next(rest) for no in refused]})

    def _forward(self, request: Request) -> Answer:
        place = urlsplit(self.upstream)
        connection = http.client.HTTPConnection(place.hostname or "", place.port, timeout=60)
        try:
            headers = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
            connection.request(request.method, request.path, request.body, headers)
            found = connection.getresponse()
            body = found.read()
            kept = {name: value for name in ("X-Elastic-Product", "Content-Type") if (value := found.headers.get(name))}
        finally:
            connection.close()
        if request.path.startswith("/_bulk") and found.status == 200:
            again = sum(done.get("index", {}).get("status") == CONFLICT for done in json.loads(body)["items"])
            with self._lock:
                self.absorbed += again
        return Answer(body, found.status, kept)


@contextmanager
def faulty(upstream: str, **options: Any) -> Iterator[FaultyElasticsearch]:
    """Stand in front of a server."""
    found = FaultyElasticsearch(upstream, **options)
    with scripted((), always=found.answer, keep=False) as front:
        found.url = front.url
        yield found
