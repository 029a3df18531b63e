"""The enrich worker: articles in, enriched articles out."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from wirewatch.core.article import EntityType, Flag
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.metrics import Metrics
from wirewatch.ports.broker import Message, MessageTooLarge
from wirewatch.runtime.delivery import TOMBSTONE, Outbox
from wirewatch.runtime.in_flight import BatchLimits

# Batches that are enriched and not confirmed yet: as many as two processes make in the time in which messages are gathered.
_SENDING = 16


class Raw(Struct, frozen=True):
    """A message's bytes on their way to a process that enriches them."""

    value: bytes
    first_seen_at: datetime
    backfill: bool


class Enriched(Struct, frozen=True, kw_only=True):
    """An enriched article as ``enriched.v1`` in JSON, and what is counted of it."""

    id: str
    value: bytes
    topics: tuple[str, ...]
    entities: tuple[EntityType, ...]
    flags: tuple[Flag, ...]
    publish_delay: float | None


class Enricher(Protocol):
    """Takes raw articles through the path, somewhere beside the event loop."""

    processes: int

    async def enrich(self, raws: Sequence[Raw]) -> Sequence[Enriched | Rejected]:
        """Give the outcomes in the same order."""
        ...


class EnrichStage:
    """A Stage: enriches messages and sends them on, or keeps them as dead letters."""

    limits = BatchLimits(messages=32, value_bytes=1_048_576, linger_seconds=0.02)

    def __init__(self, enricher: Enricher, outbox: Outbox, metrics: Metrics, *, topic: str, backfill_topic: str) -> None:
        """``topic``: where enriched articles go; ``backfill_topic``: where history comes from."""
        self._enricher = enricher
        self._outbox = outbox
        self._metrics = metrics
        self._topic = topic
        self._backfill_topic = backfill_topic
        # One batch for each process, and one that waits for the first that is free; meanwhile others wait for the broker.
        self._enriching = asyncio.Semaphore(enricher.processes + 1)
        self.concurrency = enricher.processes + 1 + _SENDING

    async def process(self, messages: Sequence[Message]) -> Sequence[str]:
        raws = [Raw(message.value or b"", message.timestamp, message.topic == self._backfill_topic) for message in messages]
        async with self._enriching:
            outcomes = await self._enricher.enrich(raws)
        return await asyncio.gather(*map(self._finish, messages, outcomes))

    async def _finish(self, message: Message, outcome: Enriched | Rejected) -> str:
        if message.value is None:
            outcome = TOMBSTONE
        if isinstance(outcome, Enriched):
            try:
                await self._outbox.send(self._topic, key=outcome.id.encode(), value=outcome.value)
            except MessageTooLarge as error:
                outcome = Rejected(Reason.TOO_LARGE, f"{len(outcome.value)} bytes once enriched: {error}")
            else:
                self._outbox.accepted()
                self._count(outcome)
                return "enriched"
        await self._outbox.bury(message, outcome)
        return "rejected"

    def _count(self, enriched: Enriched) -> None:
        metrics = self._metrics
        for topic in enriched.topics:
            metrics.topics.labels(topic).inc()
        for kind in enriched.entities:
            metrics.entities.labels(kind).inc()
        for flag in enriched.flags:
            metrics.flagged.labels(flag).inc()
        if enriched.publish_delay is not None:
            metrics.publish_delay.observe(enriched.publish_delay)
