"""The enrich worker: articles in, enriched articles out."""

import asyncio
from collections.abc import Sequence

from wirewatch.core.outcome import Reason, Rejected
from wirewatch.metrics import Metrics
from wirewatch.ports.broker import Message, MessageTooLarge
from wirewatch.runtime.delivery import TOMBSTONE, Sender
from wirewatch.runtime.in_flight import BatchLimits
from wirewatch.runtime.pool import Enriched, Enricher, Raw

# Batches that are enriched and not confirmed yet: as many as two processes make in the time in which messages are gathered.
_SENDING = 16


class EnrichHandler:
    """A Handler: enriches messages and sends them on, or keeps them as dead letters."""

    limits = BatchLimits(messages=32, value_bytes=1_048_576, linger_seconds=0.02)

    def __init__(self, enricher: Enricher, sender: Sender, metrics: Metrics, *, topic: str, backfill_topic: str) -> None:
        """``topic``: where enriched articles go; ``backfill_topic``: where history comes from."""
        self._enricher = enricher
        self._sender = sender
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
                await self._sender.send(self._topic, key=outcome.id.encode(), value=outcome.value)
            except MessageTooLarge as error:
                outcome = Rejected(Reason.TOO_LARGE, f"{len(outcome.value)} bytes once enriched: {error}")
            else:
                self._sender.accepted()
                self._metrics.count((outcome.counted,))
                return "enriched"
        await self._sender.dead_letter(message, outcome)
        return "rejected"
