"""An Elasticsearch that answers what a test has written down, one answer after the other, and keeps what it was asked."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = "application/vnd.elasticsearch+json; compatible-with=9"


@dataclass(frozen=True)
class Request:
    """What was asked."""

    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]

    @property
    def lines(self) -> list[Any]:
        """The lines of a bulk request: what to do and the document in turn."""
        return [json.loads(line) for line in self.body.splitlines()]

    @property
    def ids(self) -> list[str]:
        """The ids that a bulk request names, in its order."""
        return [next(iter(line.values()))["_id"] for line in self.lines[::2]]


@dataclass(frozen=True)
class Answer:
    """What is answered; without a ``status`` the connection is closed instead."""

    body: bytes = b"{}"
    status: int | None = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"X-Elastic-Product": "Elasticsearch", "Content-Type": JSON})


CLOSED = Answer(status=None)
Script = Callable[[Request], Answer] | Answer


def answer(body: object, status: int = 200) -> Answer:
    return Answer(json.dumps(body).encode(), status)


def error(status: int, kind: str, reason: str = "") -> Answer:
    """A whole request refused."""
    return answer({"error": {"type": kind, "reason": reason}, "status": status}, status)


def item(status: int, kind: str = "", reason: str = "", *, operation: str = "index") -> dict[str, Any]:
    """What became of one line of a bulk request."""
    outcome: dict[str, Any] = {"_index": "i", "_id": "x", "status": status}
    return {operation: outcome | ({"error": {"type": kind, "reason": reason}} if kind else {})}


def items(*outcomes: int | dict[str, Any]) -> Answer:
    """The answer to a bulk request."""
    found = [item(outcome) if isinstance(outcome, int) else outcome for outcome in outcomes]
    return answer({"took": 1, "errors": any("error" in next(iter(one.values())) for one in found), "items": found})


def all_written(request: Request) -> Answer:
    return items(*[201] * len(request.ids))


@dataclass
class ScriptedElasticsearch:
    """``url`` is where it answers; ``requests`` is what it was asked."""

    url: str
    requests: list[Request]
    unasked: list[Script]


@contextmanager
def scripted(script: Sequence[Script], *, always: Script | None = None, keep: bool = True) -> Iterator[ScriptedElasticsearch]:
    """Answer by ``script``, then by ``always``. An answer may be a function of the request, which may also take its time.

    ``keep``: remember what was asked.
    """
    found = ScriptedElasticsearch("", [], list(script))
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _reply(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(self.command, self.path, body, {name.lower(): value for name, value in self.headers.items()})
            with lock:
                if keep:
                    found.requests.append(request)
                script = found.unasked.pop(0) if found.unasked else always or error(400, "nothing_is_scripted")
            given = script(request) if callable(script) else script
            if given.status is None:
                self.close_connection = True
                return
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(given.body)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _reply  # noqa: N815 - http.server's names

        def log_message(self, *_arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_arguments: object) -> None:
            """Whoever asked has gone."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        found.url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield found
        finally:
            server.shutdown()
            thread.join()
