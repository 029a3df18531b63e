"""Serves /metrics for Prometheus, and /healthz and /readyz for whatever supervises the process, on one port."""

from collections.abc import Callable, Iterable
from socketserver import ThreadingMixIn
from threading import Thread
from typing import Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
from wsgiref.types import StartResponse, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app

from wirewatch.core.errors import Refused

# Returns None if all is well, else what is wrong.
Check = Callable[[], str | None]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Don't log each scrape."""


class StatusServer:
    """Serves while the ``with`` block runs. If a check finds a fault, its page answers 503 with the fault.

    Raises Refused if the port can't be used.
    """

    def __init__(self, registry: CollectorRegistry, *, host: str, port: int, healthy: Check, ready: Check) -> None:
        metrics = make_wsgi_app(registry)
        checks = {"/healthz": healthy, "/readyz": ready}

        def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            path = environ["PATH_INFO"]
            if path == "/metrics":
                page: Iterable[bytes] = metrics(environ, start_response)
                return page
            if path not in checks:
                start_response("404 Not Found", [("Content-Type", "text/plain")])
                return [b"/metrics, /healthz or /readyz\n"]
            fault = checks[path]()
            start_response("503 Service Unavailable" if fault else "200 OK", [("Content-Type", "text/plain; charset=utf-8")])
            return [f"{fault or 'ok'}\n".encode()]

        try:
            self._server = make_server(host, port, application, server_class=_Server, handler_class=_Quiet)
        except OSError as error:
            raise Refused(f"can't serve metrics on {host}:{port}: {error.strerror}; set metrics_port to a free port or 0") from error
        self.port = self._server.server_port
        self._thread = Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
