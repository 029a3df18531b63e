"""The contracts: every message and stored record is a msgspec Struct.

Decoding validates. The JSON Schemas in ``schemas/`` are generated from these classes (``make generate``), and a test keeps them equal.
Offsets are Unicode code points in the named field, and the end is exclusive. Times are UTC.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

EntityType = Literal["PER", "ORG", "LOC", "MISC"]
Field = Literal["title", "body"]

# ``date_*``: the publication date that the source gave is unusable; it is kept in ``published_claim``.
Flag = Literal[
    "undated",
    "date_unreadable",
    "date_future",
    "date_implausible",
    "language_unknown",
    "markup_removed",
    "characters_removed",
    "truncated",
    "url_unusable",
]


class Article(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``article.v1``: what a producer sends. ``title`` or ``body`` must have text; the rest is optional, and unknown fields are ignored."""

    title: Annotated[str | None, Meta(description="Headline; text or HTML.")] = None
    body: Annotated[str | None, Meta(description="Running text; plain or HTML.")] = None
    url: Annotated[str | None, Meta(description="Address of the article; its canonical form gives the id.")] = None
    guid: Annotated[str | None, Meta(description="The source's own identifier; without a URL, it gives the id with source.")] = None
    source: Annotated[str | None, Meta(description="Outlet or agency, such as a host name.")] = None
    authors: Annotated[list[str] | str | None, Meta(description="By-line.")] = None
    language: Annotated[str | None, Meta(description="Declared language, BCP 47, such as de or pt-BR.")] = None
    published_at: Annotated[
        str | int | float | None, Meta(description="ISO 8601, RFC 2822, or seconds since 1970; without a zone it is UTC.")
    ] = None
    updated_at: Annotated[
        str | int | float | None,
        Meta(description="Set on a correction: the later of two revisions is kept. Same forms as published_at."),
    ] = None


class Mention(Struct, frozen=True, omit_defaults=True):
    """One place where an entity is named.

    ``part``: it is not named by a word of its own, but inside a longer word with a hyphen (NATO in NATO-Gipfel), or by the adjective of a
    state whose government is meant (Russian in the Russian government).
    """

    field: Field
    start: int
    end: int
    text: str
    part: bool = False


class Entity(Struct, frozen=True, kw_only=True):
    """One entity of an article with all its mentions.

    ``id`` is a Wikidata id (``Q7747``), ``geonames:N``, ``ww:slug`` for one of our additions, an id from the user's own list, or
    ``name:TYPE:slug`` for a name that only a model found. ``salience``: from 0 to 1, how much the article is about the entity
    (``core.entities.salience``).
    """

    id: str
    name: str
    type: EntityType
    origin: Literal["gazetteer", "model"]
    mentions: tuple[Mention, ...]
    salience: Annotated[float, Meta(ge=0, le=1)] = 0.0


class Evidence(Struct, frozen=True):
    """Why a topic was given: the phrase as written and where it is, the rule's term, and how much it counted."""

    phrase: str
    field: Field
    start: int
    end: int
    term: str
    weight: float


class Topic(Struct, frozen=True):
    """A topic with its score (1 or more: the threshold is reached) and its evidence, the strongest first."""

    id: str
    score: float
    evidence: tuple[Evidence, ...]


class Language(Struct, frozen=True):
    """An ISO 639-1 code (``und`` if unknown), the confidence, 0 to 1, and where the code is from."""

    code: str
    confidence: float
    origin: Literal["detected", "declared", "none"]


class Versions(Struct, frozen=True, kw_only=True):
    """What an article was enriched with, to tell it from articles that were enriched with newer rules or models."""

    wirewatch: str
    gazetteer: str
    topics: str
    model: str


class EnrichedArticle(Struct, frozen=True, kw_only=True):
    """``enriched.v1``: a cleaned article and what was found in it. The flat lists are for aggregations (Kibana, Grafana)."""

    id: str
    title: str
    body: str
    url: str | None = None
    guid: str | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()
    language: Language
    published_at: datetime | None = None
    published_from: Literal["article", "none"] = "none"
    published_claim: str | None = None
    updated_at: datetime | None = None
    first_seen_at: datetime
    backfill: Annotated[bool, Meta(description="The article is history, not news: it never causes an alert.")] = False
    entities: tuple[Entity, ...] = ()
    persons: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    topics: tuple[Topic, ...] = ()
    topic_ids: tuple[str, ...] = ()
    fingerprint: tuple[int, ...] = ()
    flags: tuple[Flag, ...] = ()
    versions: Versions
    schema: Literal["enriched.v1"] = "enriched.v1"

    @property
    def time(self) -> datetime:
        """The time by which an article is sorted and filtered: when it was published if that is known, else when it was first seen."""
        return self.published_at or self.first_seen_at


class Alert(Struct, frozen=True, kw_only=True):
    """``alert.v1``: a watch found more articles than expected (planned: nothing sends alerts yet).

    The id is made of watch and window, so a repeat isn't a second alert.
    """

    id: str
    watch: str
    window_start: datetime
    window_end: datetime
    count: int
    expected: float
    score: float
    reason: str
    article_ids: tuple[str, ...]
    schema: Literal["alert.v1"] = "alert.v1"


class Origin(Struct, frozen=True, kw_only=True):
    """Where a message is from: a Kafka topic, or a file (``partition`` is 0, ``offset`` is in bytes or records)."""

    topic: str
    partition: int = 0
    offset: int


class DeadLetter(Struct, frozen=True, kw_only=True):
    """``dead-letter.v1``: a message that can't become an article, with its raw bytes (base64 in JSON) and the reason."""

    id: str
    raw: bytes
    reason: str
    detail: str
    origin: Origin
    attempts: int = 1
    failed_at: datetime
    schema: Literal["dead-letter.v1"] = "dead-letter.v1"


class Checkpoint(Struct, frozen=True, kw_only=True):
    """How far a source has been read. ``position`` is in the source's own unit; ``mark`` tells a replaced file from one that has grown."""

    source: str
    position: int
    mark: str = ""
