"""``wirewatch lag`` by what groups have committed on a real broker."""

import signal
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from tests.support.engines import free_port, wait_until
from tests.support.kafka_client import Broker
from tests.support.program import Program


@pytest.fixture
def ready(kafka_program: Program) -> Program:
    assert kafka_program.run("setup").returncode == 0
    return kafka_program


def lags(program: Program) -> dict[tuple[str, str], tuple[int, float]]:
    return {(lag["worker"], lag["topic"]): (lag["records"], lag["seconds"]) for lag in program.json("lag")}


def test_lag_is_what_is_not_committed(ready: Program, broker: Broker, kafka_prefix: str) -> None:
    assert lags(ready) == {("enrich", "articles"): (0, 0), ("enrich", "articles.backfill"): (0, 0), ("index", "articles.enriched"): (0, 0)}
    for partition in (0, 5):
        broker.put("articles", *((None, b"x" * 3_000_000) for _ in range(3)), partition=partition)
    found = lags(ready)
    assert found["enrich", "articles"][0] == 6
    assert found["enrich", "articles"][1] > 0
    broker.commit("wirewatch-enrich", "articles", [3, 0, 0, 0, 0, 1])
    records, seconds = lags(ready)["enrich", "articles"]
    assert records == 2
    (lag,) = (lag for lag in ready.json("lag") if lag["topic"] == "articles")
    assert lag["group"] == f"{kafka_prefix}wirewatch-enrich"
    assert lag["seconds"] >= seconds
    assert [partition["committed"] for partition in lag["partitions"]][:6] == [3, 0, 0, 0, 0, 1]
    broker.commit("wirewatch-enrich", "articles", [3, 0, 0, 0, 0, 3])
    assert lags(ready)["enrich", "articles"] == (0, 0)
    table = ready.run("lag").stdout.decode()
    assert "0 of 12" in table
    assert "never committed" in table


def test_the_age_is_that_of_the_oldest_message(ready: Program, broker: Broker) -> None:
    """Enriched articles bear their producer's time."""
    broker.put("articles.enriched", (b"a", b"{}"), timestamp_ms=1_000)
    records, seconds = lags(ready)["index", "articles.enriched"]
    assert records == 1
    assert seconds > 50 * 365 * 86_400


def test_deleted_messages_are_no_lag(ready: Program, broker: Broker) -> None:
    broker.put("articles", *((None, b"x") for _ in range(5)), partition=0)
    broker.delete_before("articles", 0, 4)
    assert lags(ready)["enrich", "articles"][0] == 1
    broker.commit("wirewatch-enrich", "articles", [2])
    assert lags(ready)["enrich", "articles"][0] == 1


def test_served_as_metrics_while_it_keeps_measuring(ready: Program, broker: Broker, kafka_prefix: str) -> None:
    port = free_port()
    process = ready.start("lag", "--metrics-port", str(port), "--every", "1")
    label = f'{{group="{kafka_prefix}wirewatch-enrich",topic="articles"}}'

    def page(path: str) -> str:
        try:
            with urlopen(f"http://127.0.0.1:{port}/{path}") as answer:
                return str(answer.read().decode())
        except HTTPError as error:
            with error:
                return f"{error.code}"
        except OSError:
            return ""

    try:
        wait_until(lambda: f"wirewatch_consumer_lag_records{label} 0.0" in page("metrics"), 60, "the first figures")
        broker.put("articles", (None, b"x"), (None, b"y"))
        wait_until(lambda: f"wirewatch_consumer_lag_records{label} 2.0" in page("metrics"), 60, "the lag")
        assert f"wirewatch_consumer_lag_seconds{label} 0.0" not in page("metrics")
        assert page("healthz") == page("readyz") == "ok\n"
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert errors == b""
    finally:
        process.kill()
        process.communicate()


def test_without_a_broker_it_goes_on_asking(kafka_program: Program) -> None:
    port = free_port()
    process = kafka_program.start("lag", "--metrics-port", str(port), "--every", "1", kafka_servers="127.0.0.1:1")

    def told() -> str:
        try:
            urlopen(f"http://127.0.0.1:{port}/readyz")
        except HTTPError as error:
            with error:
                return str(error.read().decode())
        except OSError:
            pass
        return ""

    try:
        wait_until(lambda: "no Kafka on 127.0.0.1:1" in told(), 60, "the fault")
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0
        assert len(errors.splitlines()) == 1
    finally:
        process.kill()
        process.communicate()


def test_topics_that_are_not_there_are_named(kafka_program: Program) -> None:
    done = kafka_program.run("lag")
    assert done.returncode == 1
    assert b"wirewatch setup" in done.stderr
