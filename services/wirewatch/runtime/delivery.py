"""What a worker sends on: messages until the broker has them, and dead letters for those that can't be used."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

import msgspec
import structlog

from wirewatch.core.article import DeadLetter, Origin
from wirewatch.core.ingest.identity import letter_id
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.jobs.dead_letters import ATTEMPTS_HEADER
from wirewatch.metrics import Metrics
from wirewatch.ports.broker import Message, MessageTooLarge, Outlet
from wirewatch.ports.signals import Clock
from wirewatch.runtime.reject_limit import Ceiling

# What a message without a value is, wherever one is met.
TOMBSTONE = Rejected(Reason.TOMBSTONE, "a message without a value; an article is removed in the store, not by a tombstone")
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_log = structlog.get_logger()


class Outbox:
    """Sends until it is confirmed, however long the broker is away."""

    def __init__(
        self,
        publisher: Outlet,
        metrics: Metrics,
        *,
        dead_topic: str,
        clock: Clock,
        ceiling: Ceiling,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._publisher = publisher
        self._metrics = metrics
        self._dead_topic = dead_topic
        self._clock = clock
        self._ceiling = ceiling
        self._sleep = sleep
        # What is wrong with the broker while messages wait for it.
        self.fault: str | None = None

    async def send(self, topic: str, *, key: bytes, value: bytes, headers: Mapping[str, bytes] | None = None) -> None:
        """Return once the broker has it. Raises MessageTooLarge."""
        pause = _FIRST_PAUSE
        while True:
            try:
                await self._publisher.publish(topic, key=key, value=value, headers=headers)
            except MessageTooLarge:
                raise
            except Exception as error:  # noqa: BLE001 - whatever the client raises: until it is confirmed, it is not sent
                self._metrics.retries.labels("publish").inc()
                if self.fault is None:
                    self.fault = f"{topic} takes no messages: {type(error).__name__}"
                    _log.warning("publish_failed", topic=topic, error=type(error).__name__, advice="sent again until it is confirmed")
                await self._sleep(random.uniform(0, pause))  # noqa: S311 - jitter
                pause = min(2 * pause, _LONGEST_PAUSE)
            else:
                if self.fault:
                    self.fault = None
                    _log.info("publish_recovered", topic=topic)
                return

    def accepted(self) -> None:
        """A message was used: the row of rejected ones ends."""
        self._ceiling.accepted()

    async def bury(self, message: Message, rejected: Rejected) -> None:
        """Keep a message that can't be used as a dead letter. Raises TooManyRejected, and keeps none, behind too long a row of them."""
        self._ceiling.check(message.topic)
        self._ceiling.rejected(rejected)
        letter = dead_letter(message, rejected, now=self._clock())
        await self.send(self._dead_topic, key=letter.id.encode(), value=msgspec.json.encode(letter))
        self._metrics.dead_letters.labels(rejected.reason).inc()


def dead_letter(message: Message, rejected: Rejected, *, now: datetime) -> DeadLetter:
    """The dead letter of a message; the same message gives the same id."""
    raw = message.value or b""
    attempts = message.headers.get(ATTEMPTS_HEADER, b"0")
    return DeadLetter(
        id=letter_id(message.topic, message.partition, message.offset, raw),
        raw=raw,
        reason=rejected.reason,
        detail=rejected.detail,
        origin=Origin(topic=message.topic, partition=message.partition, offset=message.offset),
        attempts=(int(attempts) if attempts.isdigit() else 0) + 1,
        failed_at=now,
    )
