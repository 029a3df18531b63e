from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, Counter

from wirewatch.adapters.status_http import StatusServer
from wirewatch.core.errors import Refused


def get(port: int, path: str) -> tuple[int, str]:
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as page:
            return page.status, page.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_pages() -> None:
    registry = CollectorRegistry()
    Counter("wirewatch_seen", "Seen.", registry=registry).inc()
    faults: dict[str, str | None] = {"healthy": None, "ready": "no source is open yet"}
    server = StatusServer(registry, host="127.0.0.1", port=0, healthy=lambda: faults["healthy"], ready=lambda: faults["ready"])
    with server:
        status, page = get(server.port, "/metrics")
        assert status == 200
        assert "wirewatch_seen_total 1.0" in page
        assert get(server.port, "/healthz") == (200, "ok\n")
        assert get(server.port, "/readyz") == (503, "no source is open yet\n")
        faults |= {"healthy": "stuck", "ready": None}
        assert get(server.port, "/healthz") == (503, "stuck\n")
        assert get(server.port, "/readyz") == (200, "ok\n")
        assert get(server.port, "/elsewhere")[0] == 404


def test_a_taken_port() -> None:
    server = StatusServer(CollectorRegistry(), host="127.0.0.1", port=0, healthy=lambda: None, ready=lambda: None)
    with server, pytest.raises(Refused, match="metrics_port"):
        StatusServer(CollectorRegistry(), host="127.0.0.1", port=server.port, healthy=lambda: None, ready=lambda: None)
