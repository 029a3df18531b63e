"""Workers that have to log in, and talk TLS."""

from pathlib import Path

import pytest

from tests.support.engines import wait_until
from tests.support.kafka_engine import KafkaBroker, Security
from tests.support.stream import Stream, article


@pytest.mark.parametrize(
    ("listener", "mechanism"),
    [("SASL_PLAINTEXT", "SCRAM-SHA-512"), ("SASL_SSL", "PLAIN")],
)
def test_a_worker_logs_in(
    tmp_path: Path, secured_broker: KafkaBroker, security: Security, kafka_prefix: str, *, listener: str, mechanism: str
) -> None:
    settings = {
        "kafka_security": listener.lower(),
        "kafka_sasl_mechanism": mechanism,
        "kafka_user": security.user,
        "kafka_password_file": str(security.password_file()),
        "kafka_ca_file": str(security.ca),
    }
    stream = Stream.make(tmp_path, secured_broker.address(listener), kafka_prefix, **settings)
    try:
        stream.servers = secured_broker.servers
        worker = stream.start("enrich").ready()
        stream.send(article(number) for number in range(20))
        wait_until(lambda: len(set(stream.keys("articles.enriched"))) == 20, 60, "twenty enriched articles")
        assert worker.terminate() == 0
    finally:
        stream.close()


def test_a_worker_with_a_wrong_password_says_so_and_ends(
    tmp_path: Path, secured_broker: KafkaBroker, security: Security, kafka_prefix: str
) -> None:
    settings = {
        "kafka_security": "sasl_plaintext",
        "kafka_sasl_mechanism": "SCRAM-SHA-512",
        "kafka_user": security.user,
        "kafka_password_file": str(security.password_file("wrong")),
    }
    lines = "".join(f'{name} = "{value}"\n' for name, value in settings.items())
    (tmp_path / "wirewatch.toml").write_text(f'kafka_servers = ["{secured_broker.address("SASL_PLAINTEXT")}"]\n{lines}')
    stream = Stream.of(tmp_path, secured_broker.servers, kafka_prefix)
    worker = stream.start("enrich")
    assert worker.process.wait(60) == 1
    assert "wrong user or password" in worker.log
