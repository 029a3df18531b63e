"""Sends articles from sources to Kafka, each confirmed, and goes on after the last confirmed one, however it was stopped.

What was sent after progress was last saved is sent again: the article's id tells the store that it is the same one.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from wirewatch.core.ingest.identity import NoKey, article_key
from wirewatch.core.outcome import Reason
from wirewatch.jobs.reading import Progress, Silent, read_on
from wirewatch.ports.broker import Delivery, MessageTooLarge, Publisher
from wirewatch.ports.source import ArticleSource, Record, SendProgress

MAX_IN_FLIGHT = 2_000
MAX_IN_FLIGHT_BYTES = 64 << 20
_SAVE_SECONDS = 1.0
_SLICE_SECONDS = 0.5
_STALL_SECONDS = 10.0
# So many are named; the others are counted.
NAMED = 100


@dataclass(kw_only=True)
class SendSummary:
    """What a run did: read = sent + too large. ``unreadable`` ones were sent, without a key."""

    read: int = 0
    sent: int = 0
    unreadable: int = 0
    without_key: int = 0
    too_large: int = 0
    too_large_records: list[str] = field(default_factory=list)
    bytes: int = 0
    seconds: float = 0.0
    stopped: bool = False
    resumed: list[str] = field(default_factory=list)


class _OnItsWay(NamedTuple):
    delivery: Delivery
    position: int
    size: int


class Pace:
    """At most ``rate`` messages a second, evenly; 0 doesn't hold any back. ``sleep`` returns True to stop."""

    def __init__(self, rate: float, *, clock: Callable[[], float], sleep: Callable[[float], bool]) -> None:
        self._interval = 1 / rate if rate else 0.0
        self._clock = clock
        self._sleep = sleep
        self._next: float | None = None

    def wait(self) -> bool:
        """Sleep until the next one may go; True to stop."""
        if not self._interval:
            return self._sleep(0)
        now = self._clock()
        # Time that was lost (a slow broker, a slow source) is not made up for by a burst.
        due = now if self._next is None else max(self._next, now - self._interval)
        self._next = due + self._interval
        return self._sleep(max(0.0, due - now))


class SendRun:
    """Reads sources, sends their records, keeps progress. One run, one thread."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        progress: SendProgress,
        topic: str,
        pace: Pace,
        shown: Progress | None = None,
        tell: Callable[[str], None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._publisher = publisher
        self._progress = progress
        self._topic = topic
        self._pace = pace
        self._shown = shown or Silent()
        self._tell = tell
        self._clock = clock
        self._on_their_way: deque[_OnItsWay] = deque()
        self._bytes = 0
        self._position: int | None = None
        self._saved_at = 0.0
        self._source: ArticleSource | None = None
        self.summary = SendSummary()

    def run(self, sources: Sequence[ArticleSource], *, from_start: bool = False) -> SendSummary:
        """Send each source to its end, on from where it was left unless ``from_start``.

        Raises SourceError, Unavailable, Refused; what was confirmed before is noted.
        """
        begin = self._clock()
        try:
            for source in sources:
                self._send_source(source, from_start=from_start)
                if self.summary.stopped:
                    break
        finally:
            self.summary.seconds = self._clock() - begin
        return self.summary

    def flush(self) -> None:
        """Have confirmed and noted what was sent: a source that waits for more calls this."""
        self._settle(0)
        self._save()

    def _send_source(self, source: ArticleSource, *, from_start: bool) -> None:
        after = None if from_start else self._progress.checkpoint(source.name)
        self._source, self._position, self._saved_at = source, None, self._clock()
        try:
            for record in read_on(source, after, progress=self._shown, resumed=self.summary.resumed):
                if self._pace.wait():
                    self.summary.stopped = True
                    break
                self._send(record, source)
                self._settle(MAX_IN_FLIGHT, MAX_IN_FLIGHT_BYTES)
                if self._clock() - self._saved_at >= _SAVE_SECONDS:
                    self._save()
            self._settle(0)
        finally:
            # After a fault, too, what the broker has confirmed by now need not be sent again.
            self._forget_unconfirmed()
            self._save()

    def _send(self, record: Record, source: ArticleSource) -> None:
        self.summary.read += 1
        if record.fault and record.fault[0] == Reason.TOO_LARGE:  # what was read of it is no message
            self._too_large(record, source, record.fault[1])
            return
        key: bytes | None = None
        try:
            key = article_key(record.raw)
            self.summary.without_key += key is None
        except NoKey:
            self.summary.unreadable += 1
        try:
            delivery = self._publisher.publish(self._topic, record.raw, key=key)
        except MessageTooLarge as error:
            self._too_large(record, source, str(error))
            return
        self._on_their_way.append(_OnItsWay(delivery, record.position, len(record.raw)))
        self._bytes += len(record.raw)

    def _too_large(self, record: Record, source: ArticleSource, detail: str) -> None:
        self.summary.too_large += 1
        if len(self.summary.too_large_records) < NAMED:
            self.summary.too_large_records.append(f"{source.name} at {record.offset:,}: {detail}")
        self._settle(0)
        self._position = record.position

    def _settle(self, most: int, most_bytes: int = 0) -> None:
        """Take in confirmations, in order, until no more than this is on its way."""
        waiting_since = self._clock()
        reported = False
        while self._on_their_way:
            head = self._on_their_way[0]
            full = len(self._on_their_way) > most or self._bytes > most_bytes
            if not head.delivery.confirmed(_SLICE_SECONDS if full else 0):
                if not full:
                    return
                if not reported and self._clock() - waiting_since > _STALL_SECONDS:
                    self._tell("Kafka hasn't confirmed anything for a while; waiting for it …")
                    reported = True
                continue
            waiting_since = self._clock()
            self._on_their_way.popleft()
            self._bytes -= head.size
            self._position = head.position
            self.summary.sent += 1
            self.summary.bytes += head.size

    def _forget_unconfirmed(self) -> None:
        """Drop what is still on its way; nothing is unless the run is failing."""
        self._on_their_way.clear()
        self._bytes = 0

    def _save(self) -> None:
        self._saved_at = self._clock()
        if self._source and self._position is not None:
            self._progress.save(self._source.checkpoint(self._position))
            self._shown.advance(self._position, self.summary.sent)
