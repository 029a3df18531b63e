"""Where articles and dead letters are kept, and how they are found."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol

from msgspec import Struct

from wirewatch.core.article import Checkpoint, DeadLetter, EnrichedArticle
from wirewatch.core.outcome import Rejected
from wirewatch.core.search.query import Query

Sort = Literal["relevance", "newest", "oldest"]
Bucket = Literal["hour", "day", "week", "month"]
FacetField = Literal["persons", "organisations", "places", "topics", "language", "source"]


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
    """How often a facet's value occurs in the articles found."""

    value: str
    count: int


class TimeCount(Struct, frozen=True):
    """Articles in the bucket that starts at ``start`` (UTC)."""

    start: datetime
    count: int


class ArticleStore(Protocol):
    """Keeps enriched articles by id and finds them. A put is idempotent; of two revisions the one updated later stays."""

    def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> Sequence[PutResult | Rejected]:
        """Store articles; the results are in their order. ``replace``: replace the same revision too, for articles enriched again.

        What ``replace`` puts is met once by a scan that is under way, in its old state or its new one.

        ``Rejected`` is an article this store can never take. Raises Unavailable, where to try again may help, and Refused.
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


class DeadLetterBox(Protocol):
    """Keeps what could not become an article until it is replayed or removed."""

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Keep letters; one with the id of an earlier one takes its place."""
        ...

    def find(
        self, *, reason: str | None = None, since: datetime | None = None, until: datetime | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[int, tuple[DeadLetter, ...]]:
        """How many there are with this reason that failed in this time (``until`` excluded), and those of this page, newest first."""
        ...

    def get(self, letter_id: str) -> DeadLetter | None: ...

    def remove(self, letter_ids: Sequence[str]) -> int:
        """Remove letters; return how many of them there were."""
        ...


class EmbeddedStore(ArticleStore, Protocol):
    """A store that takes articles, dead letters and the reader's progress in one transaction: all of it or nothing."""

    @property
    def dead_letters(self) -> DeadLetterBox:
        """The dead letters that are kept next to the articles."""
        ...

    def commit(
        self, articles: Sequence[EnrichedArticle], dead: Sequence[DeadLetter] = (), checkpoint: Checkpoint | None = None
    ) -> list[PutResult]: ...

    def checkpoint(self, source: str) -> Checkpoint | None: ...
