"""An article as Elasticsearch stores it: ``enriched.v1`` unchanged, and next to it the fields for searching and sorting.

The tokens to search are those of ``core.search.analysis``, made here and not by Elasticsearch's analysers, so that a query finds the
same articles in every store (docs/decisions/0005-tokens-from-the-core.md).
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from wirewatch.core.article import EnrichedArticle, EntityType
from wirewatch.core.ingest.cleaning import storable
from wirewatch.core.ingest.dates import utc
from wirewatch.core.search.analysis import Analyser, entity_names, same_code, searchable

NAME_FIELDS: dict[EntityType, str] = {"PER": "persons", "ORG": "organisations", "LOC": "places", "MISC": "others"}
ID_FIELDS: dict[EntityType, str] = {"PER": "person_ids", "ORG": "organisation_ids", "LOC": "place_ids", "MISC": "other_ids"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_encode = msgspec.json.Encoder().encode


def microsecond_of(time: datetime) -> int:
    """Microseconds since 1970."""
    return (utc(time) - _EPOCH) // timedelta(microseconds=1)


def version_of(article: EnrichedArticle) -> int:
    """The external version for Elasticsearch: 1 for an article, the time in microseconds since 1970 for a correction of it."""
    return 1 if article.updated_at is None else max(2, microsecond_of(article.updated_at))


def stem_token(stem: str, language: str) -> str:
    """A stem as a token that no other language shares."""
    return f"{language}:{stem}"


def encoded(articles: Sequence[EnrichedArticle], analyser: Analyser, *, stored_at: Iterable[int]) -> list[tuple[EnrichedArticle, bytes]]:
    """The articles in storable form, each with its document in JSON. ``stored_at``: a number for each, in the order of storing."""
    made = []
    for given, moment in zip(articles, stored_at, strict=False):
        article, source = storable(given, _encode)
        extra = _encode({"time": utc(article.time), "search": _search_fields(article, analyser, moment)})
        made.append((article, source[:-1] + b"," + extra[1:]))
    return made


def _search_fields(article: EnrichedArticle, analyser: Analyser, stored_at: int) -> dict[str, Any]:
    language = article.language.code
    title, body = searchable(article.title), searchable(article.body)
    words = sorted({*title.split(), *body.split()})
    stems = {*analyser.stems(words, language)}
    for parts in analyser.part_stems(words, language).values():
        stems.update(parts)
    title_stems = analyser.stems(title.split(), language)
    microsecond = microsecond_of(article.time)
    fields: dict[str, Any] = {
        "title": title,
        "body": body,
        "title_stems": " ".join(stem_token(stem, language) for stem in title_stems),
        "stems": " ".join(stem_token(stem, language) for stem in sorted(stems)),
        "topics": [same_code(topic) for topic in article.topic_ids],
        "language": same_code(language),
        "source": searchable(article.source or ""),
        "microsecond": microsecond,
        "second": microsecond // 1_000_000,
        "stored_at": stored_at,
    }
    for kind, field in NAME_FIELDS.items():
        entities = [entity for entity in article.entities if entity.type == kind]
        if entities:
            fields[field] = entity_names(entities)
            fields[ID_FIELDS[kind]] = [same_code(entity.id) for entity in entities]
    return fields


def article_of(source: Any) -> EnrichedArticle:
    """The article of a document; what is not ``enriched.v1`` is ignored."""
    return msgspec.convert(source, EnrichedArticle)
