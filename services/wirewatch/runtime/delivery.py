"""What a worker sends on: messages until the broker has them, and dead letters for those that can't be used."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import msgspec

from wirewatch.core.article import Origin
from wirewatch.core.ingest.dead_letters import ATTEMPTS_HEADER, dead_letter
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.metrics import Metrics
from wirewatch.ports.broker import AsyncPublisher, Message, MessageTooLarge
from wirewatch.ports.signals import Clock
from wirewatch.runtime.backoff import Outage, server_backoff
from wirewatch.runtime.reject_limit import RejectLimit

# What a message without a value is, wherever one is met.
TOMBSTONE = Rejected(Reason.TOMBSTONE, "a message without a value; an article is removed in the store, not by a tombstone")


class Sender:
    """Sends until the broker confirms, however long it is down."""

    def __init__(
        self,
        publisher: AsyncPublisher,
        metrics: Metrics,
        *,
        dead_topic: str,
        clock: Clock,
        limit: RejectLimit,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._publisher = publisher
        self._metrics = metrics
        self._dead_topic = dead_topic
        self._clock = clock
        self._limit = limit
        self._sleep = sleep
        self._outage = Outage("broker", metrics)

    @property
    def fault(self) -> str | None:
        """What is wrong with the broker while messages wait for it."""
        return self._outage.fault

    async def send(self, topic: str, *, key: bytes, value: bytes, headers: Mapping[str, bytes] | None = None) -> None:
        """Return once the broker has the message. Raises MessageTooLarge."""
        backoff = server_backoff()
        while True:
            try:
                await self._publisher.publish(topic, key=key, value=value, headers=headers)
            except MessageTooLarge:
                raise
            except Exception as error:  # noqa: BLE001 - whatever the client raises: until it is confirmed, it is not sent
                self._outage.failed(f"{topic} takes no messages: {type(error).__name__}")
                await self._sleep(backoff.next())
            else:
                self._outage.ended()
                return

    def accepted(self) -> None:
        """A message was used: the row of rejected ones ends."""
        self._limit.accepted()

    async def dead_letter(self, message: Message, rejected: Rejected) -> None:
        """Keep a message that can't be used as a dead letter. Raises TooManyRejected, and keeps none, after too many in a row."""
        self._limit.check(message.topic)
        self._limit.rejected(rejected)
        letter = dead_letter(
            message.value or b"",
            rejected,
            origin=Origin(topic=message.topic, partition=message.partition, offset=message.offset),
            now=self._clock(),
            tried=message.headers.get(ATTEMPTS_HEADER, b"0"),
        )
        await self.send(self._dead_topic, key=letter.id.encode(), value=msgspec.json.encode(letter))
        self._metrics.dead_letters.labels(rejected.reason).inc()
