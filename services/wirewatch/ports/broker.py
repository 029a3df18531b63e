"""Messages on a broker: what is sent, what is read, and how far behind a reader is."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct


class MessageTooLarge(Exception):
    """A message that its topic never accepts: it has ``size`` bytes, and the topic takes at most ``limit``."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"{size:,} bytes as a message; the topic accepts {limit:,}")
        self.size = size
        self.limit = limit


class Message(Struct, frozen=True, kw_only=True):
    """One message of a Kafka topic. ``timestamp``: when the broker took it or the producer sent it, as the topic says."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: datetime
    headers: Mapping[str, bytes] = {}


class Delivery(Protocol):
    """A message on its way."""

    def confirmed(self, seconds: float) -> bool:
        """Wait this long for the broker to say that all copies have it; False if it hasn't yet.

        Raises Unavailable and Refused where it never will.
        """
        ...


class Publisher(Protocol):
    """Sends messages to declared topics (named without prefix). Those with one key stay in order."""

    def publish(self, topic: str, value: bytes | None, *, key: bytes | None = None, headers: Sequence[tuple[str, bytes]] = ()) -> Delivery:
        """Hand a message over; a value of None removes the key's earlier ones (in a compacted topic).

        Raises MessageTooLarge, and KeyError for a topic that was not declared.
        """
        ...

    def close(self) -> None: ...


class AsyncPublisher(Protocol):
    """Sends messages from within an event loop, to topics by their full names."""

    async def publish(self, topic: str, *, key: bytes, value: bytes, headers: Mapping[str, bytes] | None = None) -> None:
        """Return once the broker has confirmed it. Raises MessageTooLarge, and anything else where to try again may help."""
        ...


class PartitionLag(Struct, frozen=True, kw_only=True):
    """``committed`` is the offset the group goes on from (None: it never committed), ``seconds`` the age of the message there."""

    partition: int
    committed: int | None
    end: int
    records: int
    seconds: float


class Lag(Struct, frozen=True, kw_only=True):
    """A group's lag on a topic (named without prefix)."""

    group: str
    worker: str
    topic: str
    partitions: tuple[PartitionLag, ...]

    @property
    def records(self) -> int:
        """Messages that are not committed."""
        return sum(partition.records for partition in self.partitions)

    @property
    def seconds(self) -> float:
        """Age of the oldest of them; 0 where there is none."""
        return max((partition.seconds for partition in self.partitions), default=0.0)

    @property
    def started(self) -> bool:
        """Whether the group has ever committed anything here."""
        return any(partition.committed is not None for partition in self.partitions)
