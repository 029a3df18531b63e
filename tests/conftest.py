import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.support.elastic_engine import ElasticsearchServer, cluster_name, delete_indices, elasticsearch_address
from tests.support.engines import running, unavailable


def _needs_an_engine(nodeid: str) -> bool:
    return nodeid.startswith("tests/integration/") or "[elasticsearch" in nodeid


class _EnginesTogether(LoadScopeScheduling):  # type: ignore[misc]  # it has no types
    """Gives all tests with a server to one process, so that each server is started once for a whole run; the others one by one.

    Not by marks of the kind xdist_group: pytest-xdist 3.8 does not see them with pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "engines" if _needs_an_engine(nodeid) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _EnginesTogether:
    return _EnginesTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _needs_an_engine(item.nodeid):
            item.add_marker(pytest.mark.engines)


@pytest.fixture
def unprivileged() -> Iterator[None]:
    """No right is missing to root, so that root becomes nobody for a while.

    pytest's own folders are closed to nobody: make one with ``tempfile``.
    """
    before = os.geteuid()
    if before == 0:
        os.seteuid(65_534)
    yield
    os.seteuid(before)


@pytest.fixture(scope="session")
def elasticsearch_server(request: pytest.FixtureRequest) -> Iterator[ElasticsearchServer]:
    """The session's Elasticsearch, which a test may kill and start again."""
    if elasticsearch_address():
        unavailable("a server named by the environment can't be killed")
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-elasticsearch-"))
    try:
        with running(ElasticsearchServer(folder), request) as server:
            yield server
    finally:
        shutil.rmtree(folder)


@pytest.fixture(scope="session")
def elasticsearch_url(request: pytest.FixtureRequest) -> str:
    """Address of an Elasticsearch without security: the one the environment names, else the session's own."""
    if not elasticsearch_address():
        server: ElasticsearchServer = request.getfixturevalue("elasticsearch_server")
        return server.url
    if not cluster_name(elasticsearch_address(), 20):
        pytest.fail(f"no Elasticsearch answers on {elasticsearch_address()}")
    return elasticsearch_address()


@pytest.fixture
def elasticsearch_prefix(elasticsearch_url: str) -> Iterator[str]:
    """What a test's indices begin with; they are deleted after it."""
    prefix = f"t{uuid4().hex[:8]}-"
    yield prefix
    delete_indices(elasticsearch_url, prefix)
