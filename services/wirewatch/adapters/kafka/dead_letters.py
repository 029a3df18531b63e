"""Dead letters in their Kafka topic: the newest message of a key is the letter, and an empty one says that it was removed."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import Struct

from wirewatch.adapters.kafka.catalogue import DEAD, topic_name
from wirewatch.adapters.kafka.reader import TopicReader
from wirewatch.core.article import DeadLetter
from wirewatch.ports.broker import Delivery, Publisher

_WAIT_SECONDS = 600.0


class _Head(Struct):
    """What letters are selected by; the rest, with the raw bytes, is read when it is needed."""

    reason: str
    failed_at: datetime


class _Place(NamedTuple):
    partition: int
    offset: int
    written: int
    head: _Head | None


_decode_head = msgspec.json.Decoder(_Head).decode
_decode = msgspec.json.Decoder(DeadLetter).decode
_encode = msgspec.json.Encoder().encode


class KafkaDeadLetters:
    """A DeadLetterBox on the topic articles.dead.

    It keeps the place, reason and time of each letter in memory, about 300 bytes a letter; each call first reads what is new.
    """

    def __init__(self, reader: TopicReader, publisher: Callable[[], Publisher], *, prefix: str, tell: Callable[[str], None]) -> None:
        """``publisher`` is called at the first write; ``tell`` gets a line about messages that are not dead letters."""
        self._reader = reader
        self._make_publisher = publisher
        self._publisher: Publisher | None = None
        self._topic = topic_name(prefix, DEAD)
        self._read_to: dict[int, int] = {}
        self._places: dict[str, _Place] = {}
        self._tell = tell

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """See ``ports.DeadLetterBox``. Raises MessageTooLarge, Unavailable, Refused."""
        self._write((letter.id, _encode(letter)) for letter in letters)

    def find(
        self, *, reason: str | None = None, since: datetime | None = None, until: datetime | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[int, tuple[DeadLetter, ...]]:
        """See ``ports.DeadLetterBox``."""
        self._catch_up()
        found = [
            (place.head.failed_at, letter_id)
            for letter_id, place in self._places.items()
            if place.head
            and reason in {None, place.head.reason}
            and (since is None or place.head.failed_at >= since)
            and (until is None or place.head.failed_at < until)
        ]
        found.sort(key=lambda entry: entry[1])
        found.sort(key=lambda entry: entry[0], reverse=True)
        page = [letter_id for _, letter_id in found[offset : offset + limit]]
        letters = {letter_id: self._load(letter_id) for letter_id in sorted(page, key=lambda letter_id: self._places[letter_id][:2])}
        return len(found), tuple(letter for letter_id in page if (letter := letters[letter_id]))

    def get(self, letter_id: str) -> DeadLetter | None:
        """See ``ports.DeadLetterBox``."""
        self._catch_up()
        return self._load(letter_id)

    def remove(self, letter_ids: Sequence[str]) -> int:
        """See ``ports.DeadLetterBox``; returns once the broker has confirmed the removal."""
        self._catch_up()
        known = [letter_id for letter_id in dict.fromkeys(letter_ids) if self._has(letter_id)]
        self._write((letter_id, None) for letter_id in known)
        return len(known)

    def close(self) -> None:
        """Close the connections."""
        self._reader.close()
        if self._publisher:
            self._publisher.close()

    def _has(self, letter_id: str) -> bool:
        place = self._places.get(letter_id)
        return bool(place and place.head)

    def _catch_up(self) -> None:
        """Read from where the last call ended to the present end."""
        bounds = self._reader.bounds(self._topic)
        ranges = {number: (max(begin, self._read_to.get(number, 0)), end) for number, (begin, end) in bounds.items()}
        unreadable = 0
        for record in self._reader.read(self._topic, ranges):
            if record.key is None:
                unreadable += 1
                continue
            letter_id = record.key.decode("utf-8", "replace")
            known = self._places.get(letter_id)
            # Added partitions send a key elsewhere; then the broker's time tells which message is the newest.
            if known and known.partition != record.partition and known.written > record.timestamp:
                continue
            try:
                head = _decode_head(record.value) if record.value else None
            except msgspec.MsgspecError:
                unreadable += 1
                continue
            self._places[letter_id] = _Place(record.partition, record.offset, record.timestamp, head)
        self._read_to = {number: end for number, (_, end) in bounds.items()}
        if unreadable:
            self._tell(
                f"{unreadable:,} messages in {self._topic} are not dead letters that this release can read; they are left as they are"
            )

    def _load(self, letter_id: str) -> DeadLetter | None:
        """Read a whole letter; None if there is none, or if it was removed meanwhile."""
        place = self._places.get(letter_id)
        if not place or not place.head:
            return None
        for record in self._reader.read(self._topic, {place.partition: (place.offset, place.offset + 1)}):
            return _decode(record.value)
        return None

    def _write(self, messages: Iterator[tuple[str, bytes | None]]) -> None:
        deliveries: list[Delivery] = []
        for letter_id, value in messages:
            self._publisher = self._publisher or self._make_publisher()
            deliveries.append(self._publisher.publish(DEAD, value, key=letter_id.encode()))
        for delivery in deliveries:
            while not delivery.confirmed(_WAIT_SECONDS):
                pass
