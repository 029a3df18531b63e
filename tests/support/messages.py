"""Kafka messages, and what a worker sends, without a broker."""

from collections.abc import Mapping
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry

from wirewatch.metrics import Metrics
from wirewatch.ports.broker import Message, MessageTooLarge

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def message(
    offset: int = 0,
    value: bytes | None = b"{}",
    *,
    topic: str = "articles",
    partition: int = 0,
    headers: Mapping[str, bytes] | None = None,
) -> Message:
    return Message(topic=topic, partition=partition, offset=offset, key=None, value=value, timestamp=NOON, headers=headers or {})


def metrics() -> Metrics:
    return Metrics(CollectorRegistry(), topics=["arms", "summit"])


def processed(found: Metrics) -> dict[str, int]:
    """How many messages ended in which way, but for those that none did."""
    samples = [sample for metric in found.processed.collect() for sample in metric.samples if sample.name.endswith("_total")]
    return {sample.labels["result"]: int(sample.value) for sample in samples if sample.value}


def in_flight(found: Metrics) -> int:
    return int(next(sample.value for metric in found.in_flight.collect() for sample in metric.samples))


class ListPublisher:
    """A Outlet that keeps what it is given; it fails as often as it is told to, and takes nothing over a size."""

    def __init__(self, *, failures: int = 0, max_bytes: int = 10**9) -> None:
        self.sent: list[tuple[str, bytes, bytes]] = []
        self.failures = failures
        self._max_bytes = max_bytes

    async def publish(self, topic: str, *, key: bytes, value: bytes, headers: Mapping[str, bytes] | None = None) -> None:
        del headers
        if len(value) > self._max_bytes:
            raise MessageTooLarge(len(value), self._max_bytes)
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the broker is away")
        self.sent.append((topic, key, value))
