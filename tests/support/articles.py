"""Articles for tests of stores and of what works on them."""

from collections.abc import Iterable
from datetime import UTC, datetime

from wirewatch.adapters.snowball import SnowballStemmer
from wirewatch.core.article import EnrichedArticle, Entity, EntityType, Evidence, Language, Mention, Topic, Versions
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.search.compounds import CompoundSplitter

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
VERSIONS = Versions(wirewatch="1", gazetteer="2", topics="3", model="none")
GERMAN_PARTS = {"rustung": 100, "kontrolle": 400, "gesprach": 600, "wirtschaft": 900, "sanktion": 200, "gipfel": 90, "treffen": 300}


def analyser() -> Analyser:
    """A German splitter that knows a few parts, and all stemmers."""
    return Analyser(SnowballStemmer(), {"de": CompoundSplitter(GERMAN_PARTS)})


def entity(identifier: str, name: str, kind: EntityType, *mentions: str) -> Entity:
    """An entity that is mentioned at the beginning of the body."""
    found = tuple(Mention("body", 0, len(mention), mention) for mention in mentions)
    return Entity(id=identifier, name=name, type=kind, origin="gazetteer", mentions=found)


def article(
    identifier: str,
    title: str = "",
    body: str = "",
    *,
    language: str = "de",
    time: datetime = NOON,
    updated_at: datetime | None = None,
    source: str | None = None,
    topics: Iterable[str] = (),
    entities: tuple[Entity, ...] = (),
) -> EnrichedArticle:
    """An article published at ``time``."""

    def names(kind: EntityType) -> tuple[str, ...]:
        return tuple(dict.fromkeys(entity.name for entity in entities if entity.type == kind))

    tagged = tuple(Topic(topic, 1.5, (Evidence("Wort", "body", 0, 4, "wort", 1.5),)) for topic in topics)
    return EnrichedArticle(
        id=identifier,
        title=title,
        body=body,
        source=source,
        language=Language(language, 0.9, "detected"),
        published_at=time,
        published_from="article",
        updated_at=updated_at,
        first_seen_at=NOON,
        entities=entities,
        persons=names("PER"),
        organisations=names("ORG"),
        places=names("LOC"),
        topics=tagged,
        topic_ids=tuple(topic.id for topic in tagged),
        versions=VERSIONS,
    )
