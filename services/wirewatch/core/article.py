"""The contracts: every message and stored record, as one msgspec Struct each.

Decoding is validating. The JSON Schemas in ``schemas/`` are written from these classes (``make schemas``) and a test keeps them equal.
Offsets are Unicode code points into the named field, end exclusive. Times are UTC.
"""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct

EntityType = Literal["PER", "ORG", "LOC", "MISC"]
Field = Literal["title", "body"]

# ``date_*``: the stated publication date was unusable, see ``published_claim``.
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
    """``article.v1``: what a producer sends. Only ``title`` or ``body`` must hold text; unknown fields are ignored."""

    title: Annotated[str | None, Meta(description="Headline; text or HTML.")] = None
    body: Annotated[str | None, Meta(description="Running text; plain or HTML.")] = None
    url: Annotated[str | None, Meta(description="Where the article stands; its canonical form gives the id.")] = None
    guid: Annotated[str | None, Meta(description="The source's own identifier; gives the id, with source, when there is no URL.")] = None
    source: Annotated[str | None, Meta(description="Outlet or agency, such as a host name.")] = None
    authors: Annotated[list[str] | str | None, Meta(description="By-line.")] = None
    language: Annotated[str | None, Meta(description="Declared language, BCP 47, such as de or pt-BR.")] = None
    published_at: Annotated[
        str | int | float | None, Meta(description="ISO 8601, RFC 2822, or seconds since 1970; without a zone it is UTC.")
    ] = None
    updated_at: Annotated[
        str | int | float | None,
        Meta(description="Set on a correction: of two revisions the later one is kept. Same forms as published_at."),
    ] = None


class Mention(Struct, frozen=True, omit_defaults=True):
    """One place where an entity is named.

    ``part``: not by a name of its own: inside of a longer word with a hyphen, as NATO in NATO-Gipfel, or by the adjective of a state whose
    government is meant, as Russian in the Russian government.
    """

    field: Field
    start: int
    end: int
    text: str
    part: bool = False


class Entity(Struct, frozen=True, kw_only=True):
    """One entity of an article with all its mentions.

    ``id`` is a Wikidata id (``Q7747``), ``geonames:N``, ``ww:slug`` for our own additions, a user's own, or ``name:TYPE:slug`` for a name
    only a model found. ``salience``: from 0 to 1, how much the article is about it (``core.salience``).
    """

    id: str
    name: str
    type: EntityType
    origin: Literal["gazetteer", "model"]
    mentions: tuple[Mention, ...]
    salience: Annotated[float, Meta(ge=0, le=1)] = 0.0


class Evidence(Struct, frozen=True):
    """Why a topic was given: the phrase as written, where it stands, the rule's term and what it counted."""

    phrase: str
    field: Field
    start: int
    end: int
    term: str
    weight: float


class Topic(Struct, frozen=True):
    """A topic with its score (>= 1 is over the threshold) and its evidence, strongest first."""

    id: str
    score: float
    evidence: tuple[Evidence, ...]


class Language(Struct, frozen=True):
    """ISO 639-1 code (``und`` if unknown), confidence 0 to 1, and who said so."""

    code: str
    confidence: float
    origin: Literal["detected", "declared", "none"]


class Versions(Struct, frozen=True, kw_only=True):
    """What made the enrichment, so that a stored article can be told from one made by newer rules or models."""

    wirewatch: str
    gazetteer: str
    topics: str
    model: str


class EnrichedArticle(Struct, frozen=True, kw_only=True):
    """``enriched.v1``: a cleaned article with what was found in it. The flat lists serve aggregations (Kibana, Grafana)."""

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
    backfill: Annotated[bool, Meta(description="Came in as history: it never alerts.")] = False
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
        """The time an article is sorted and filtered by: its publication where that is known, else when it was first seen."""
        return self.published_at or self.first_seen_at


class Alert(Struct, frozen=True, kw_only=True):
    """``alert.v1``: a watch saw more than it should have. The id is made of watch and window, so that a repeat is no second alert."""

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
    """Where a message came from: a Kafka topic, or a file (``partition`` 0, ``offset`` in bytes or records)."""

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
    """How far a source was read. ``position`` is what the source's reader understands; ``mark`` tells a replaced file from a grown one."""

    source: str
    position: int
    mark: str = ""
