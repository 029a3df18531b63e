"""Reads a topic's partitions between two offsets without a consumer group: for commands that look, not for workers."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from kafka import KafkaConsumer, TopicPartition

from wirewatch.adapters.kafka.access import KafkaAccess
from wirewatch.adapters.kafka.connection import client_options, faults
from wirewatch.core.errors import Refused, Unavailable

_POLL_MS = 500
# With no message for this long before the end, reading fails.
_STALL_SECONDS = 30.0
_TIMEOUT_MS = 20_000


class TopicReader:
    """One connection; offsets are by partition."""

    def __init__(self, access: KafkaAccess, *, fetch_bytes: int = 1 << 20) -> None:
        """Connect. ``fetch_bytes`` of a partition are fetched at a time, and at least one message. Raises Unavailable, Refused."""
        self._access = access
        with faults(access, "connecting to read"):
            self._consumer = KafkaConsumer(
                **client_options(access),
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                max_partition_fetch_bytes=fetch_bytes,
                metrics_enabled=False,
            )

    def bounds(self, topic: str) -> dict[int, tuple[int, int]]:
        """The first offset that is still there and the one after the last, of each partition. Raises Unavailable, Refused."""
        with faults(self._access, f"looking at {topic}"):
            numbers = self._consumer.partitions_for_topic(topic)
            if not numbers:
                raise Refused(f"topic {topic} is missing (or hidden from {self._access.who}); create it: wirewatch setup")
            partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
            begins = self._consumer.beginning_offsets(partitions, timeout_ms=_TIMEOUT_MS)
            ends = self._consumer.end_offsets(partitions, timeout_ms=_TIMEOUT_MS)
        return {partition.partition: (begins[partition], ends[partition]) for partition in partitions}

    def read(self, topic: str, ranges: Mapping[int, tuple[int, int]]) -> Iterator[Any]:
        """The records that compaction has left from the first offset up to the second, excluded; each partition in order.

        Raises Unavailable, Refused.
        """
        wanted = {TopicPartition(topic, number): bounds for number, bounds in ranges.items() if bounds[0] < bounds[1]}
        moved_at = time.monotonic()
        with faults(self._access, f"reading {topic}"):
            self._consumer.assign(list(wanted))
            for partition, (begin, _) in wanted.items():
                self._consumer.seek(partition, begin)
        while wanted:
            with faults(self._access, f"reading {topic}"):
                polled = self._consumer.poll(_POLL_MS)
            if polled:
                moved_at = time.monotonic()
            for partition, records in polled.items():
                yield from (record for record in records if record.offset < wanted.get(partition, (0, 0))[1])
            with faults(self._access, f"reading {topic}"):
                done = [partition for partition, (_, end) in wanted.items() if self._position(partition) >= end]
            for partition in done:
                del wanted[partition]
            if done:
                # Not paused: the client keeps what it has fetched of a paused partition, and fetches nothing more of it later.
                self._consumer.assign(list(wanted))
            if time.monotonic() - moved_at > _STALL_SECONDS:
                raise Unavailable(f"reading {topic}: nothing came from Kafka for {_STALL_SECONDS:g} s; do its partitions have a leader?")

    def close(self) -> None:
        """Close the connection."""
        self._consumer.close()

    def _position(self, partition: TopicPartition) -> int:
        position = self._consumer.position(partition, timeout_ms=_TIMEOUT_MS)
        return -1 if position is None else int(position)
