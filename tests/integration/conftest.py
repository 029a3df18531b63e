"""Servers for the tests: one of each a session, names of its own for each test."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from tests.support.elastic_index import Index
from tests.support.elastic_store import client
from tests.support.engines import running, unavailable
from tests.support.kafka_client import Broker
from tests.support.kafka_engine import KafkaBroker, Security, broker_address, cluster_id
from tests.support.program import Program


@pytest.fixture(scope="session")
def kafka_broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaBroker]:
    """The session's broker, which a test may kill and start again."""
    if broker_address():
        unavailable("a broker named by the environment can't be killed")
    with running(KafkaBroker(tmp_path_factory.mktemp("kafka")), request) as broker:
        yield broker


@pytest.fixture(scope="session")
def kafka_servers(request: pytest.FixtureRequest) -> str:
    """Address of a broker without security: the one the environment names, else the session's own."""
    if not broker_address():
        broker: KafkaBroker = request.getfixturevalue("kafka_broker")
        return broker.servers
    if not cluster_id(broker_address(), 20):
        pytest.fail(f"no Kafka answers on {broker_address()}")
    return broker_address()


@pytest.fixture
def kafka_prefix() -> str:
    """What a test's topics and groups begin with."""
    return f"t{uuid4().hex[:8]}-"


@pytest.fixture
def broker(kafka_servers: str, kafka_prefix: str) -> Iterator[Broker]:
    with closing(Broker(kafka_servers, kafka_prefix)) as found:
        yield found


@pytest.fixture
def index(elasticsearch_url: str, elasticsearch_prefix: str) -> Iterator[Index]:
    with closing(client(elasticsearch_url)) as connected:
        yield Index(connected, elasticsearch_prefix)


@pytest.fixture
def kafka_program(tmp_path: Path, kafka_servers: str, kafka_prefix: str) -> Program:
    """The program in a folder whose settings name the broker, and topics of the test's own."""
    (tmp_path / "wirewatch.toml").write_text(f'kafka_servers = ["{kafka_servers}"]\nkafka_prefix = "{kafka_prefix}"\n')
    return Program(tmp_path)


@pytest.fixture(scope="session")
def security(tmp_path_factory: pytest.TempPathFactory) -> Security:
    return Security(folder=tmp_path_factory.mktemp("security"))


@pytest.fixture(scope="session")
def secured_broker(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, security: Security) -> Iterator[KafkaBroker]:
    """A broker that asks for users on SASL_PLAINTEXT and SASL_SSL, and knows PLAIN and SCRAM."""
    with running(KafkaBroker(tmp_path_factory.mktemp("secured"), security=security), request) as broker:
        yield broker
