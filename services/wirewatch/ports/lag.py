"""What consumer lag is: how much of a topic a group has not done yet, and for how long that has been waiting."""

from msgspec import Struct


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
