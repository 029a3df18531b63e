"""How far each worker is behind, measured from outside: what its group has committed, and where its topics end."""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from kafka import TopicPartition, errors

from wirewatch.adapters.kafka.access import KafkaAccess
from wirewatch.adapters.kafka.catalogue import group_name, topic_name
from wirewatch.adapters.kafka.connection import faults, open_admin
from wirewatch.adapters.kafka.reader import TopicReader
from wirewatch.ports.broker import Lag, PartitionLag
from wirewatch.ports.signals import Tell, silent

# One message of each partition is enough, whatever its size.
_FETCH_BYTES = 1
# A new cluster, or one that lost a broker, needs a moment to find the coordinator of a group.
_COORDINATOR_SECONDS = 20.0
_COORDINATOR_FAULTS = (errors.CoordinatorNotAvailableError, errors.CoordinatorLoadInProgressError, errors.NotCoordinatorError)
_PAUSE_SECONDS = 0.2


class KafkaLag:
    """Measures the lag of groups on their topics."""

    def __init__(
        self, access: KafkaAccess, *, prefix: str, reads: Mapping[str, Sequence[str]], wait_seconds: float = 0.0, tell: Tell = silent
    ) -> None:
        """Connect. ``reads``: each worker with the topics it reads. Raises Unavailable, Refused."""
        self._access = access
        self._prefix = prefix
        self._reads = reads
        self._admin = open_admin(access, wait_seconds=wait_seconds, tell=tell)
        try:
            self._reader = TopicReader(access, fetch_bytes=_FETCH_BYTES)
        except BaseException:
            self._admin.close()
            raise

    def measure(self, now: datetime) -> list[Lag]:
        """One for each group and topic. Raises Unavailable, Refused."""
        found = []
        for worker, topics in self._reads.items():
            group = group_name(self._prefix, worker)
            committed = self._committed(group)
            for topic in topics:
                name = topic_name(self._prefix, topic)
                partitions = tuple(self._partitions(name, committed, now))
                found.append(Lag(group=group, worker=worker, topic=topic, partitions=partitions))
        return found

    def close(self) -> None:
        """Close the connections."""
        self._admin.close()
        self._reader.close()

    def _committed(self, group: str) -> dict[TopicPartition, Any]:
        end = time.monotonic() + _COORDINATOR_SECONDS
        with faults(self._access, f"asking what group {group} has committed"):
            while True:
                try:
                    committed: dict[TopicPartition, Any] = self._admin.list_group_offsets(group)[group]
                except _COORDINATOR_FAULTS:
                    if time.monotonic() > end:
                        raise
                    time.sleep(_PAUSE_SECONDS)
                else:
                    return committed

    def _partitions(self, topic: str, committed: Mapping[TopicPartition, Any], now: datetime) -> Iterator[PartitionLag]:
        bounds = self._reader.bounds(topic)
        offsets = {number: committed.get(TopicPartition(topic, number)) for number in bounds}
        own = {number: found.offset if found and found.offset >= 0 else None for number, found in offsets.items()}
        # Messages deleted before the group read them are no work left; a group without a commit begins with the oldest message.
        nexts = {number: max(begin, own[number] or 0) for number, (begin, _) in bounds.items()}
        times: dict[int, int] = {}
        for record in self._reader.read(
            topic, {number: (nexts[number], min(nexts[number] + 1, end)) for number, (_, end) in bounds.items()}
        ):
            times.setdefault(record.partition, record.timestamp)
        for number, (_, end) in bounds.items():
            age = max(0.0, now.timestamp() - times[number] / 1000) if number in times else 0.0
            yield PartitionLag(partition=number, committed=own[number], end=end, records=max(0, end - nexts[number]), seconds=age)
