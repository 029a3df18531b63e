"""Kafka topics in memory: for tests of what sends to Kafka."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wirewatch.adapters.kafka.catalogue import KafkaTopic
from wirewatch.ports.broker import MessageTooLarge


@dataclass(kw_only=True)
class MemoryMessage:
    """A message in its topic, and its Delivery: confirmed once ``done`` is set or somebody waits for it."""

    value: bytes | None
    key: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    done: bool = False
    fault: Exception | None = None

    def confirmed(self, seconds: float) -> bool:
        """See ``ports.Delivery``."""
        if self.fault:
            raise self.fault
        self.done = self.done or seconds > 0
        return self.done


@dataclass
class MemoryPublisher:
    """A Publisher that forgets everything when the process ends. ``declared``: the topics there are, without prefix."""

    declared: Mapping[str, KafkaTopic]
    topics: dict[str, list[MemoryMessage]] = field(default_factory=lambda: defaultdict(list))

    def publish(
        self, topic: str, value: bytes | None, *, key: bytes | None = None, headers: Sequence[tuple[str, bytes]] = ()
    ) -> MemoryMessage:
        """See ``ports.Publisher``."""
        limit = self.declared[topic].max_message_bytes
        size = sum(map(len, (value or b"", key or b"", *(part for name, content in headers for part in (name.encode(), content)))))
        if size > limit:
            raise MessageTooLarge(size, limit)
        message = MemoryMessage(value=value, key=key, headers=tuple(headers))
        self.topics[topic].append(message)
        return message

    def close(self) -> None:
        """Nothing to close."""
