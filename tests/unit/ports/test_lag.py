"""The process that keeps measuring, with measurements of the test's own."""

from collections.abc import Iterator
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from wirewatch.core.errors import Unavailable
from wirewatch.metrics import LagMetrics
from wirewatch.ports.broker import Lag, PartitionLag
from wirewatch.workers.lag import LagMeter

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def lag(*records: int, seconds: float = 0.0, committed: int | None = 3) -> Lag:
    partitions = tuple(
        PartitionLag(partition=number, committed=committed, end=9, records=count, seconds=seconds * (count > 0))
        for number, count in enumerate(records)
    )
    return Lag(group="desk-wirewatch-enrich", worker="enrich", topic="articles", partitions=partitions)


def test_a_groups_lag_is_the_sum_and_the_oldest() -> None:
    found = lag(2, 0, 5, seconds=60)
    assert (found.records, found.seconds, found.started) == (7, 60, True)
    assert (lag().records, lag().seconds, lag(1, committed=None).started) == (0, 0, False)


def test_figures_stay_while_kafka_is_away_and_the_fault_is_told_once() -> None:
    metrics = LagMetrics(CollectorRegistry())
    told: list[str] = []
    states: list[str | None] = []

    def measurements() -> Iterator[list[Lag] | Exception]:
        yield [lag(2, seconds=5)]
        yield Unavailable("away")
        yield Unavailable("away")
        yield [lag(0)]

    coming = measurements()

    def measure() -> list[Lag]:
        found = next(coming)
        if isinstance(found, Exception):
            raise found
        return found

    def figure(name: str) -> float | None:
        return metrics.registry.get_sample_value(name, {"group": "desk-wirewatch-enrich", "topic": "articles"})

    figures: list[tuple[float | None, float | None]] = []

    def sleep(seconds: float) -> bool:
        assert seconds == 15
        states.append(meter.health.not_ready())
        figures.append((figure("wirewatch_consumer_lag_records"), figure("wirewatch_consumer_lag_seconds")))
        return len(states) == 4

    meter = LagMeter(measure=measure, metrics=metrics, clock=lambda: NOW, every_seconds=15, sleep=sleep, tell=told.append)
    assert meter.health.not_ready() == "nothing is measured yet"
    meter.run()
    assert states == [None, "away", "away", None]
    assert figures == [(2, 5), (2, 5), (2, 5), (0, 0)]
    assert told == ["away"]
    assert meter.health.stuck() is None
    assert metrics.registry.get_sample_value("wirewatch_consumer_lag_faults_total") == 2
    assert metrics.registry.get_sample_value("wirewatch_consumer_lag_measured_timestamp_seconds") == NOW.timestamp()
