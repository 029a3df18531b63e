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
    """What became of an article that was put. ``DUPLICATE``: it, or a later revision, was already stored."""

    INDEXED = "indexed"
    DUPLICATE = "duplicate"


class Hit(Struct, frozen=True):
    """One article found; a higher score is a better match; it is 0 if the sort is by time."""

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
    """Keeps enriched articles by id and finds them. A put is idempotent; of two revisions, the one updated later is kept."""

    def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> Sequence[PutResult | Rejected]:
        """Store articles; the results are in their order. ``replace``: replace the same revision too, for articles enriched again.

        A scan that is under way yields a replaced article once, in its old state or its new one.

        ``Rejected`` means that this store can never accept the article. Raises Unavailable and Refused.
        """
        ...

    def scan(self, query: Query) -> Iterator[EnrichedArticle]:
        """Yield the articles of a query in any order and in bounded memory; those put meanwhile may be missing."""
        ...

    def get(self, article_id: str) -> EnrichedArticle | None: ...

    def search(self, query: Query, *, sort: Sort = "relevance", limit: int = 10, offset: int = 0) -> Page:
        """Find a page of articles. By time means to the second, then in the order of storing; equally relevant ones are newest first."""
        ...

    def facets(self, query: Query, fields: Sequence[FacetField], *, size: int = 10) -> dict[FacetField, tuple[Count, ...]]:
        """The ``size`` most frequent values of each field; equally frequent ones in alphabetical order."""
        ...

    def timeline(self, query: Query, bucket: Bucket) -> tuple[TimeCount, ...]:
        """Count articles by UTC bucket, in order of time; weeks begin on Monday, and empty buckets are left out."""
        ...

    def close(self) -> None: ...


class DeadLetterBox(Protocol):
    """Keeps what could not become an article until it is replayed or removed."""

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """Keep letters; one with the id of an earlier one replaces it."""
        ...

    def find(
        self, *, reason: str | None = None, since: datetime | None = None, until: datetime | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[int, tuple[DeadLetter, ...]]:
        """How many failed for this reason and in this time (``until`` excluded), and this page of them, newest first."""
        ...

    def get(self, letter_id: str) -> DeadLetter | None: ...

    def remove(self, letter_ids: Sequence[str]) -> int:
        """Remove letters; return how many of them existed."""
        ...


class EmbeddedStore(ArticleStore, Protocol):
    """A store that commits articles, dead letters and a source's checkpoint in one transaction, all or nothing."""

    @property
    def dead_letters(self) -> DeadLetterBox:
        """The dead letters that are kept next to the articles."""
        ...

    def commit(
        self, articles: Sequence[EnrichedArticle], dead: Sequence[DeadLetter] = (), checkpoint: Checkpoint | None = None
    ) -> list[PutResult]: ...

    def checkpoint(self, source: str) -> Checkpoint | None: ...
