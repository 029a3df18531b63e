"""The path of an article: one list of steps, from raw bytes to an enriched article, or to the reason why there is none.

To add a step, write a function that takes the draft and the tools, and add it to ``READING`` or ``FINDING``.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from wirewatch.core.article import Article, EnrichedArticle, Entity, Flag, Language, Topic, Versions
from wirewatch.core.errors import WirewatchError
from wirewatch.core.ingest.cleaning import clean
from wirewatch.core.ingest.dates import parse_time, publication
from wirewatch.core.ingest.identity import article_id, canonical_url
from wirewatch.core.ingest.language import Identify, language_of
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.core.stories.fingerprint import fingerprint
from wirewatch.core.text.document import Document
from wirewatch.core.text.languages import Languages

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_MAX_TITLE = 2_000
_MAX_AUTHORS = 100
# Flags that are set by steps of ``FINDING``.
_FOUND_FLAGS: frozenset[Flag] = frozenset({"language_unknown"})


class EntityTagging(Protocol):
    """Finds the entities of a document."""

    def tag(self, document: Document) -> tuple[Entity, ...]: ...


class TopicTagging(Protocol):
    """Finds the topics of a document."""

    def tag(self, document: Document) -> tuple[Topic, ...]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Tools:
    """What the steps work with. It never changes. ``max_record_bytes`` is for a raw message, ``max_text_characters`` for a cleaned body."""

    identify: Identify
    languages: Languages
    entities: EntityTagging
    topics: TopicTagging
    versions: Versions
    max_record_bytes: int
    max_text_characters: int
    future_tolerance: timedelta


@dataclass(kw_only=True, slots=True)
class Draft:
    """An article on its way: each step sets the fields that it finds out."""

    raw: bytes
    now: datetime
    backfill: bool = False
    article: Article = field(default_factory=Article)
    title: str = ""
    body: str = ""
    url: str | None = None
    id: str = ""
    published_at: datetime | None = None
    language: Language = field(default_factory=lambda: Language("und", 0.0, "none"))
    document: Document = field(default_factory=lambda: Document("und", ()))
    entities: tuple[Entity, ...] = ()
    topics: tuple[Topic, ...] = ()
    fingerprint: tuple[int, ...] = ()
    flags: set[Flag] = field(default_factory=set)


Step = Callable[[Draft, Tools], Rejected | None]
FindingStep = Callable[[Draft, Tools], None]
_decoder = msgspec.json.Decoder(Article)


def decode(draft: Draft, tools: Tools) -> Rejected | None:
    """Decode and validate raw bytes as ``article.v1``."""
    raw = draft.raw.removeprefix(_BYTE_ORDER_MARK)
    if not raw.strip():
        return Rejected(Reason.EMPTY_MESSAGE, "the message holds no bytes")
    if len(raw) > tools.max_record_bytes:
        return Rejected(Reason.TOO_LARGE, f"{len(raw)} bytes; max_record_bytes is {tools.max_record_bytes}")
    try:
        draft.article = _decoder.decode(raw)
    except msgspec.ValidationError as error:
        return Rejected(Reason.WRONG_TYPE, str(error))
    except UnicodeDecodeError as error:
        return Rejected(Reason.INVALID_ENCODING, f"not UTF-8: {error.reason} at byte {error.start} of the field")
    except (msgspec.DecodeError, RecursionError) as error:
        return _decode_leniently(draft, raw, str(error))
    return None


def _decode_leniently(draft: Draft, raw: bytes, fault: str) -> Rejected | None:
    """Accept the escape of half a surrogate pair, which a producer that cuts strings leaves behind; ``clean`` removes it."""
    if b"\\ud" not in raw.lower():
        return Rejected(Reason.INVALID_JSON, fault)
    try:
        draft.article = msgspec.convert(json.loads(raw), Article)
    except msgspec.ValidationError as error:
        return Rejected(Reason.WRONG_TYPE, str(error))
    except (ValueError, RecursionError):
        return Rejected(Reason.INVALID_JSON, fault)
    return None


def clean_text(draft: Draft, tools: Tools) -> Rejected | None:
    """Set title and body, as readable text."""
    draft.title, flags = clean(draft.article.title or "", max_characters=_MAX_TITLE)
    draft.body, more = clean(draft.article.body or "", max_characters=tools.max_text_characters)
    draft.title = " ".join(draft.title.split())
    draft.flags |= flags | more
    if not any(map(str.isalnum, draft.title)) and not any(map(str.isalnum, draft.body)):
        return Rejected(Reason.NO_TEXT, "neither title nor body holds a letter or digit once markup is removed")
    return None


def identify(draft: Draft, _tools: Tools) -> Rejected | None:
    """Set the canonical URL and the id. It comes after ``clean_text``, because an article without URL and guid is identified by text."""
    article = draft.article
    draft.url = canonical_url(article.url) if article.url else None
    if article.url and draft.url is None:
        draft.flags.add("url_unusable")
    draft.id = article_id(url=draft.url, source=article.source, guid=article.guid, title=draft.title, body=draft.body)
    return None


def date(draft: Draft, tools: Tools) -> Rejected | None:
    """Set the time of publication, if the one that the source gives is plausible."""
    draft.published_at, flag = publication(draft.article.published_at, now=draft.now, tolerance=tools.future_tolerance)
    if flag:
        draft.flags.add(flag)
    return None


def find_language(draft: Draft, tools: Tools) -> None:
    """Set the language, which entities and topics depend on."""
    draft.language = language_of(
        draft.title, draft.body, declared=draft.article.language, identify=tools.identify, languages=tools.languages
    )
    if draft.language.origin == "none":
        draft.flags.add("language_unknown")
    draft.document = Document.of(title=draft.title, body=draft.body, language=draft.language.code)


def find_entities(draft: Draft, tools: Tools) -> None:
    """Set the persons, organisations, places and other names, linked to ids."""
    draft.entities = tools.entities.tag(draft.document)


def find_topics(draft: Draft, tools: Tools) -> None:
    """Set the topics, with their evidence."""
    draft.topics = tools.topics.tag(draft.document)


def find_fingerprint(draft: Draft, _tools: Tools) -> None:
    """Set the fingerprint, from the body alone: when outlets edit a report, they change the headline first."""
    draft.fingerprint = fingerprint(draft.document.fields[-1].folded)


# From a message to clean text. What these steps find out about an article never changes.
READING: Mapping[str, Step] = {"decode": decode, "clean": clean_text, "identify": identify, "date": date}
# From clean text to what is in it, by rules, names and models that do change. None of these steps rejects an article.
FINDING: Mapping[str, FindingStep] = {
    "language": find_language,
    "entities": find_entities,
    "topics": find_topics,
    "fingerprint": find_fingerprint,
}
STEPS: Mapping[str, Step] = {**READING, **FINDING}


class Pipeline:
    """Runs the steps and adds up the seconds that each took."""

    def __init__(self, tools: Tools, *, timer: Callable[[], float]) -> None:
        self._tools = tools
        self._timer = timer
        self._seconds = dict.fromkeys(STEPS, 0.0)

    def process(self, raw: bytes, *, now: datetime, backfill: bool = False) -> EnrichedArticle | Rejected:
        """Return the article of a message that was first seen ``now`` (UTC), or why there is none. Bad input never raises.

        ``backfill``: it is history, not news. Raises WirewatchError if a step lacks what it needs, such as a model.
        """
        return self._run(STEPS, Draft(raw=raw, now=now, backfill=backfill), _enriched)

    def reenrich(self, article: EnrichedArticle) -> EnrichedArticle | Rejected:
        """Return the article with what is found in its text now; what came with the message is kept. Raises as ``process`` does."""
        declared = article.language.code if article.language.origin == "declared" else None
        draft = Draft(raw=b"", now=article.first_seen_at, article=Article(language=declared), title=article.title, body=article.body)
        draft.flags = set(article.flags) - _FOUND_FLAGS
        return self._run(
            FINDING,
            draft,
            lambda draft, versions: msgspec.structs.replace(article, flags=tuple(sorted(draft.flags)), versions=versions, **_found(draft)),
        )

    def pop_seconds(self) -> dict[str, float]:
        """Return the seconds that each step has taken since the last call."""
        seconds, self._seconds = self._seconds, dict.fromkeys(STEPS, 0.0)
        return seconds

    def _run(
        self, steps: Mapping[str, Step], draft: Draft, finish: Callable[[Draft, Versions], EnrichedArticle]
    ) -> EnrichedArticle | Rejected:
        name = ""
        before = self._timer()
        try:
            for name, step in steps.items():
                rejected = step(draft, self._tools)
                after = self._timer()
                self._seconds[name] += after - before
                before = after
                if rejected:
                    return rejected
            return finish(draft, self._tools.versions)
        except WirewatchError:  # not the article's fault: all others would be rejected too
            raise
        except Exception as error:  # noqa: BLE001 - one article that no step foresaw must not stop the others; reject_limit bounds it
            return Rejected(Reason.CRASHED, f"{type(error).__name__} in or after the step {name}; please report it with the message")


def _enriched(draft: Draft, versions: Versions) -> EnrichedArticle:
    article = draft.article
    claim = article.published_at if draft.published_at is None else None
    return EnrichedArticle(
        id=draft.id,
        title=draft.title,
        body=draft.body,
        url=draft.url or _line(article.url),
        guid=_line(article.guid),
        source=_line(article.source),
        authors=_authors(article.authors),
        published_at=draft.published_at,
        published_from="article" if draft.published_at else "none",
        published_claim=_line(str(claim)) if claim is not None else None,
        updated_at=parse_time(article.updated_at) if article.updated_at is not None else None,
        first_seen_at=draft.now,
        backfill=draft.backfill,
        flags=tuple(sorted(draft.flags)),
        versions=versions,
        **_found(draft),
    )


def _found(draft: Draft) -> dict[str, Any]:
    """Return what the steps of ``FINDING`` found, by the names of an enriched article's fields."""
    return {
        "language": draft.language,
        "entities": draft.entities,
        "persons": _names(draft.entities, "PER"),
        "organisations": _names(draft.entities, "ORG"),
        "places": _names(draft.entities, "LOC"),
        "topics": draft.topics,
        "topic_ids": tuple(topic.id for topic in draft.topics),
        "fingerprint": draft.fingerprint,
    }


def _names(entities: Sequence[Entity], kind: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entity.name for entity in entities if entity.type == kind))


def _line(value: str | None) -> str | None:
    """Return a short field as one clean line, None if nothing is left of it."""
    if not value:
        return None
    return " ".join(clean(value, max_characters=_MAX_TITLE)[0].split()) or None


def _authors(authors: list[str] | str | None) -> tuple[str, ...]:
    names = [authors] if isinstance(authors, str) else authors or []
    return tuple(name for name in map(_line, names[:_MAX_AUTHORS]) if name)
