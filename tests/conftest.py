import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.elastic_engine import ElasticsearchServer, cluster_name, delete_indices, elasticsearch_address
from tests.support.engines import unavailable

# Fixtures that stand for a server of the session.
ENGINES = {"kafka_broker", "kafka_servers", "secured_broker", "elasticsearch_server", "elasticsearch_url", "elasticsearch_secured"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run all tests with a server in one process of pytest-xdist, so that each server is started once for a whole run."""
    for item in items:
        parameters = item.callspec.params.values() if isinstance(item, pytest.Function) and hasattr(item, "callspec") else ()
        if ENGINES & set(getattr(item, "fixturenames", ())) or "elasticsearch" in parameters or "integration" in item.path.parts:
            item.add_marker(pytest.mark.engines)
            item.add_marker(pytest.mark.xdist_group("engines"))


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
    failed = request.session.testsfailed
    folder = Path(tempfile.mkdtemp(prefix="wirewatch-elasticsearch-"))
    server = ElasticsearchServer(folder)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        if request.session.testsfailed > failed:
            print(f"\nThe end of Elasticsearch's log:\n{server.log()}")  # noqa: T201 - pytest shows it with the test's report
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
