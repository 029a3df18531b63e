"""What a test asks the broker itself, or does to it; topics are named without the test's prefix."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ConfigResource,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)
from kafka.structs import OffsetAndMetadata


@dataclass(frozen=True)
class Message:
    """A message as it lies in its topic."""

    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]


class Broker:
    """A client for everything, on one broker."""

    def __init__(self, servers: str, prefix: str) -> None:
        self._servers = servers
        self._prefix = prefix
        self.admin: Any = KafkaAdminClient(bootstrap_servers=servers)

    def close(self) -> None:
        self.admin.close()

    def partitions(self) -> dict[str, int]:
        """Partitions of each of this test's topics."""
        topics = self.admin.describe_topics()
        return {
            topic["name"].removeprefix(self._prefix): len(topic["partitions"]) for topic in topics if topic["name"].startswith(self._prefix)
        }

    def config(self, topic: str) -> dict[str, str]:
        name = self._prefix + topic
        found = self.admin.describe_configs([ConfigResource("topic", name)], config_filter="all")["topic"][name]
        return {key: config["value"] for key, config in found.items()}

    def make(self, topic: str, partitions: int, **configs: str) -> None:
        wanted = {"num_partitions": partitions, "configs": {key.replace("_", "."): value for key, value in configs.items()}}
        self.admin.create_topics({self._prefix + topic: wanted}, wait_for_metadata=True)

    def drop(self, topic: str) -> None:
        """Take a topic away, with all that is in it."""
        self.admin.delete_topics([self._prefix + topic])

    def add_partitions(self, topic: str, total: int) -> None:
        self.admin.create_partitions({self._prefix + topic: total})

    def put(
        self, topic: str, *messages: tuple[bytes | None, bytes | None], partition: int | None = None, timestamp_ms: int | None = None
    ) -> None:
        """Send messages, each a key and a value, and have them confirmed."""
        producer = KafkaProducer(bootstrap_servers=self._servers, max_request_size=1 << 25)
        try:
            sent = [
                producer.send(self._prefix + topic, value, key=key, partition=partition, timestamp_ms=timestamp_ms)
                for key, value in messages
            ]
            for future in sent:
                future.get(30)
        finally:
            producer.close()

    def delete_before(self, topic: str, partition: int, offset: int) -> None:
        """Have the broker forget what stands before an offset, as retention does."""
        self.admin.delete_records({TopicPartition(self._prefix + topic, partition): offset})

    def allow(self, user: str, rights: Mapping[str, str]) -> None:
        """Give rights on topics; ``*`` stands for all of this test's, ``groups`` for its consumer groups."""
        own: list[ACL] = []
        for name, operations in rights.items():
            kind = ResourceType.GROUP if name == "groups" else ResourceType.TOPIC
            literal = name not in {"*", "groups"}
            pattern = ResourcePattern(
                kind,
                self._prefix + name if literal else self._prefix,
                ACLResourcePatternType.LITERAL if literal else ACLResourcePatternType.PREFIXED,
            )
            for operation in re.findall("[A-Z][a-z]+(?:[A-Z][a-z]+)?", operations):
                code = ACLOperation[re.sub("(?<=[a-z])(?=[A-Z])", "_", operation).upper()]
                own.append(ACL(f"User:{user}", "*", code, ACLPermissionType.ALLOW, pattern))
        self.admin.create_acls(own)

    def count(self, topic: str) -> int:
        """How many messages were ever sent to a topic that forgets none."""
        return sum(self._ends(topic).values())

    def messages(self, topic: str) -> list[Message]:
        """All that a topic holds, by partition."""
        consumer = self._consumer()
        try:
            ends = {partition: end for partition, end in self._ends(topic, consumer).items() if end}
            if not ends:
                return []
            consumer.assign(list(ends))
            consumer.seek_to_beginning(*ends)
            found: list[Message] = []
            while any(consumer.position(partition) < end for partition, end in ends.items()):
                for records in consumer.poll(500).values():
                    found += [
                        Message(record.partition, record.offset, record.timestamp, record.key, record.value, tuple(record.headers))
                        for record in records
                    ]
        finally:
            consumer.close()
        return sorted(found, key=lambda message: (message.partition, message.offset))

    def values(self, topic: str) -> list[bytes | None]:
        return [message.value for message in self.messages(topic)]

    def commit(self, group: str, topic: str, offsets: Sequence[int]) -> None:
        """Commit an offset for each partition, as a worker of the group would."""
        named = {
            TopicPartition(self._prefix + topic, partition): OffsetAndMetadata(offset, "", -1) for partition, offset in enumerate(offsets)
        }
        self.admin.alter_group_offsets(self._prefix + group, named)

    def _consumer(self) -> Any:
        return KafkaConsumer(bootstrap_servers=self._servers, enable_auto_commit=False, group_id=None, fetch_max_bytes=1 << 26)

    def _ends(self, topic: str, consumer: Any = None) -> dict[TopicPartition, int]:
        own = consumer or self._consumer()
        try:
            name = self._prefix + topic
            partitions = [TopicPartition(name, number) for number in sorted(own.partitions_for_topic(name) or ())]
            ends: dict[TopicPartition, int] = own.end_offsets(partitions)
            return ends
        finally:
            if consumer is None:
                own.close()
