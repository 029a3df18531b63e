"""The messages a worker has in flight: submitted one by one, processed in batches, acknowledged in order.

A message is acknowledged when it and all before it in its partition are done, so that a committed offset never passes one that isn't
(faust-streaming/faust#606 shows what happens otherwise). A worker that loses its partitions drops their messages: whoever gets them
next gets these messages again.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from wirewatch.metrics import Metrics
from wirewatch.ports.broker import Message


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchLimits:
    """A batch is closed at this size, or this long after the first message that it could hold."""

    messages: int
    value_bytes: int
    linger_seconds: float


class Handler(Protocol):
    """What a worker does with messages."""

    limits: BatchLimits
    concurrency: int

    async def process(self, messages: Sequence[Message]) -> Sequence[str]:
        """Return when each message is done for good, with its result: one of ``metrics.RESULTS``. What it raises stops the worker."""
        ...


@dataclass(slots=True, eq=False)
class _Slot:
    message: Message
    lane: "_Lane"
    ack: Callable[[], None]
    done: bool = False
    revoked: bool = False


@dataclass(slots=True, eq=False)
class _Lane:
    """Messages that wait, and room for more: a lane before another is served first."""

    room: asyncio.Semaphore
    waiting: deque[_Slot] = field(default_factory=deque)


class InFlight:
    """Runs messages through a handler. Made and used inside one event loop."""

    def __init__(self, handler: Handler, metrics: Metrics, *, in_flight: Sequence[int]) -> None:
        """``in_flight``: for each lane the number of messages that may be unacknowledged; lane 0 is served before lane 1."""
        self._handler = handler
        self._metrics = metrics
        self._lanes = [_Lane(asyncio.Semaphore(limit)) for limit in in_flight]
        self._partitions: dict[tuple[str, int], deque[_Slot]] = {}
        self._arrived = asyncio.Event()
        self._empty = asyncio.Event()
        self._empty.set()
        self._free = asyncio.Semaphore(handler.concurrency)
        # Changes with every message that comes in or is done: if it doesn't while messages are unacknowledged, nothing moves.
        self.moves = 0

    @property
    def unacknowledged(self) -> int:
        """Messages that are not acknowledged yet."""
        return sum(map(len, self._partitions.values()))

    async def submit(self, message: Message, ack: Callable[[], None], *, lane: int = 0) -> None:
        """Take in a message, once there is room. ``ack`` is called when it may be acknowledged; in a partition, in the order submitted."""
        place = self._lanes[lane]
        await place.room.acquire()
        slot = _Slot(message, place, ack)
        self._partitions.setdefault((message.topic, message.partition), deque()).append(slot)
        place.waiting.append(slot)
        self._metrics.received.inc()
        self._metrics.in_flight.inc()
        self.moves += 1
        self._empty.clear()
        self._arrived.set()

    async def run(self) -> None:
        """Process what is submitted, for ever. Raises an exception group with what the handler raised."""
        async with asyncio.TaskGroup() as batches:
            while True:
                await self._free.acquire()
                batches.create_task(self._process(await self._gather()))

    async def drain(self, seconds: float) -> int:
        """Wait until all is acknowledged, so long at most. The number of messages that are not."""
        try:
            await asyncio.wait_for(self._empty.wait(), seconds)
        except TimeoutError:
            return self.unacknowledged
        return 0

    def revoke(self) -> None:
        """Let go of what is in flight, whose partitions are another worker's now: it is not acknowledged, and counts as released."""
        for slots in self._partitions.values():
            for slot in slots:
                slot.revoked = True
                slot.lane.room.release()
                if not slot.done:
                    self._count("released")
        for lane in self._lanes:
            lane.waiting.clear()
        self._partitions.clear()
        self._empty.set()

    async def _gather(self) -> list[_Slot]:
        """Wait for messages, then a little longer for more of them; those of the first lane that has some."""
        limits, loop = self._handler.limits, asyncio.get_running_loop()
        closes: float | None = None
        while True:
            lane = next((lane for lane in self._lanes if lane.waiting), None)
            if lane:
                closes = closes or loop.time() + limits.linger_seconds
                if len(lane.waiting) >= limits.messages or loop.time() >= closes:
                    return self._cut(lane.waiting)
            else:
                closes = None
            self._arrived.clear()
            try:
                await asyncio.wait_for(self._arrived.wait(), closes - loop.time() if closes else None)
            except TimeoutError:
                continue

    def _cut(self, waiting: deque[_Slot]) -> list[_Slot]:
        batch: list[_Slot] = []
        size = 0
        while waiting and len(batch) < self._handler.limits.messages and (not batch or size < self._handler.limits.value_bytes):
            slot = waiting.popleft()
            size += len(slot.message.value or b"")
            batch.append(slot)
        return batch

    async def _process(self, batch: Sequence[_Slot]) -> None:
        try:
            results = await self._handler.process([slot.message for slot in batch])
            for slot, result in zip(batch, results, strict=True):
                self._settle(slot, result)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task and not task.cancelling():
                # A task group takes that for a good end, and the messages would be in flight for ever.
                raise RuntimeError("the handler was cancelled from within") from error
            raise
        finally:
            self._free.release()

    def _settle(self, slot: _Slot, result: str) -> None:
        if slot.revoked:
            return
        slot.done = True
        self._count(result)
        place = slot.message.topic, slot.message.partition
        slots = self._partitions[place]
        while slots and slots[0].done:
            head = slots.popleft()
            head.ack()
            head.lane.room.release()
        if not slots:
            del self._partitions[place]
        if not self._partitions:
            self._empty.set()

    def _count(self, result: str) -> None:
        self.moves += 1
        self._metrics.processed.labels(result).inc()
        self._metrics.in_flight.dec()
