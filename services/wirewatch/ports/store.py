"""What the core and the workers need from outside, as Protocols. ``bootstrap`` hands in adapters that fit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from msgspec import Struct

from wirewatch.core.article import Checkpoint, DeadLetter, EnrichedArticle
from wirewatch.core.outcome import Rejected
from wirewatch.core.search.parser import Query
from wirewatch.core.text.matching import Recogniser

Clock = Callable[[], datetime]
Sort = Literal["relevance", "newest", "oldest"]
Bucket = Literal["hour", "day", "week", "month"]
FacetField = Literal["persons", "organisations", "places", "topics", "language", "source"]


class StoreUnavailable(Exception):
    """The store can't be reached or written now: locked, disk full, away. The message says what to do."""


class StoreRefused(Exception):
    """The store is not one this version may use: another schema version, not a wirewatch store."""


class KafkaUnavailable(Exception):
    """No broker answers now. The message says which, for how long it was waited, and what to do."""


class KafkaRefused(Exception):
    """Kafka answers and can't be used as it is: wrong credentials, a right or a topic missing. Waiting doesn't help."""


class SourceError(Exception):
    """A source can't be read: gone, not what it should be, damaged. The message names it and says what to do."""


class PutResult(StrEnum):
    """What became of an article handed to the store. ``DUPLICATE``: it or a later revision was there already."""

    INDEXED = "indexed"
    DUPLICATE = "duplicate"


class Hit(Struct, frozen=True):
    """One article found; a higher score is a better match (0 where the sort is by time)."""

    article: EnrichedArticle
    score: float


class Page(Struct, frozen=True):
    """``total`` articles match; ``hits`` are those of this page."""

    total: int
    hits: tuple[Hit, ...]


class Count(Struct, frozen=True):
    """How often a facet's value stands in the articles found."""

    value: str
    count: int


class TimeCount(Struct, frozen=True):
    """Articles in the bucket that starts at ``start`` (UTC)."""

    start: datetime
    count: int


class ArticleStore(Protocol):
    """Keeps enriched articles by id and finds them. A put is idempotent; of two revisions the one updated later stays."""

    def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> Sequence[PutResult | Rejected]:
        """Store articles; the results are in their order. ``replace``: put it in the place of the same revision too, enriched anew.

        What ``replace`` puts is met once by a scan that is under way, in its old state or its new one.

        ``Rejected`` is an article this store can never take. Raises StoreUnavailable, where to try again may help, and StoreRefused.
        """
        ...

    def scan(self, query: Query) -> Iterator[EnrichedArticle]:
        """Give every article of a query, in no particular order, in bounded memory; those put meanwhile may be missing."""
        ...

    def get(self, article_id: str) -> EnrichedArticle | None: ...

    def search(self, query: Query, *, sort: Sort = "relevance", limit: int = 10, offset: int = 0) -> Page:
        """Sort by time to the second, then by the order of storing; equally relevant ones the newest first."""
        ...

    def facets(self, query: Query, fields: Sequence[FacetField], *, size: int = 10) -> dict[FacetField, tuple[Count, ...]]:
        """Give the ``size`` most frequent values of each field, equally frequent ones in order of the alphabet."""
        ...

    def timeline(self, query: Query, bucket: Bucket) -> tuple[TimeCount, ...]:
        """Count by UTC bucket, weeks from Monday, in order of time; buckets without an article are left out."""
        ...

    def close(self) -> None: ...


class Retry(Protocol):
    """Says how long to go on trying what a store that is away did not take. Used by several threads."""

    def wait(self, reason: str) -> bool:
        """Pause before the next try, longer each time in a row; False: give up."""
        ...

    def done(self) -> None:
        """The store has answered: the row ends."""
        ...


class DeadLetterBox(Protocol):
    """Keeps what could not become an article until it is replayed or removed."""

    def put_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        """Keep letters; one with the id of an earlier one takes its place."""
        ...

    def dead_letters(
        self,
        *,
        reason: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[int, tuple[DeadLetter, ...]]:
        """How many there are with this reason that failed in this time (``until`` excluded), and those of this page, newest first."""
        ...

    def dead_letter(self, letter_id: str) -> DeadLetter | None: ...

    def remove_dead_letters(self, letter_ids: Sequence[str]) -> int:
        """Remove letters; return how many of them there were."""
        ...


class EmbeddedStore(ArticleStore, DeadLetterBox, Protocol):
    """A store that takes articles, dead letters and the reader's progress in one transaction: all of it or nothing."""

    def commit(
        self, articles: Sequence[EnrichedArticle], dead: Sequence[DeadLetter] = (), checkpoint: Checkpoint | None = None
    ) -> list[PutResult]: ...

    def checkpoint(self, source: str) -> Checkpoint | None: ...


class MessageTooLarge(Exception):
    """A message that its topic would never take, ``size`` bytes of at most ``limit``."""

    def __init__(self, size: int, limit: int) -> None:
        super().__init__(f"{size:,} bytes as a message; the topic takes {limit:,}")
        self.size = size
        self.limit = limit


class Delivery(Protocol):
    """A message on its way."""

    def confirmed(self, seconds: float) -> bool:
        """Wait this long for the broker to say that all copies have it; False if it hasn't yet.

        Raises KafkaUnavailable and KafkaRefused where it never will.
        """
        ...


class Publisher(Protocol):
    """Sends messages to declared topics (named without prefix). Those with one key stay in order."""

    def publish(self, topic: str, value: bytes | None, *, key: bytes | None = None, headers: Sequence[tuple[str, bytes]] = ()) -> Delivery:
        """Hand a message over; a value of None takes the key's earlier ones away (in a compacted topic). Raises MessageTooLarge."""
        ...

    def close(self) -> None: ...


class SendProgress(Protocol):
    """Remembers over runs how far each source was sent."""

    def checkpoint(self, source: str) -> Checkpoint | None: ...

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep it, in the place of an earlier one. Raises StoreUnavailable."""
        ...


class EntityRecogniser(Recogniser, Protocol):
    """A trained model that finds names no gazetteer has, and says which one it is."""

    @property
    def version(self) -> str: ...


class Record(Struct, frozen=True):
    """One message as read from a source, and where: ``position`` is what the checkpoint takes to go on *behind* it.

    ``fault`` is set where the reader itself found it unusable (a CSV row of the wrong width, a line over the limit): a value of
    ``core.outcome.Reason`` and a detail. ``raw`` then holds what was read of it, 64 KiB at most.
    """

    raw: bytes
    offset: int
    position: int
    fault: tuple[str, str] | None = None


class ArticleSource(Protocol):
    """Somewhere articles are read from, once, in order, from a checkpoint on."""

    @property
    def name(self) -> str: ...

    @property
    def total(self) -> int | None:
        """The position of the end, in the unit of ``Record.position``; None where it isn't known (yet) or there is none."""
        ...

    def records(self, after: Checkpoint | None) -> Iterator[Record]:
        """Read on behind ``after``; from the start where there is none or the source isn't the one it was. Raises SourceError."""
        ...

    def checkpoint(self, position: int) -> Checkpoint:
        """Tell what to keep, so that a later run goes on behind ``position``, that of the last record done with."""
        ...


class Message(Struct, frozen=True, kw_only=True):
    """One message of a Kafka topic. ``timestamp``: when the broker took it or the producer sent it, as the topic says."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    timestamp: datetime
    headers: Mapping[str, bytes] = {}


class Outlet(Protocol):
    """Sends messages from within an event loop, to topics by their full names."""

    async def publish(self, topic: str, *, key: bytes, value: bytes, headers: Mapping[str, bytes] | None = None) -> None:
        """Return once the broker has confirmed it. Raises MessageTooLarge, and anything else where to try again may help."""
        ...
