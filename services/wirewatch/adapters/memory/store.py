"""A store in memory: for tests, and the oracle of what the other stores find."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from wirewatch.adapters.memory.dead_letters import MemoryDeadLetters
from wirewatch.adapters.memory.query import Entry, entry_of, matches, score
from wirewatch.core.article import Checkpoint, DeadLetter, EnrichedArticle
from wirewatch.core.ingest.dates import utc
from wirewatch.core.ingest.identity import supersedes
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.search.query import Query
from wirewatch.ports.store import Bucket, Count, FacetField, Hit, Page, PutResult, Sort, TimeCount


class MemoryStore:
    """An EmbeddedStore that forgets everything when the process ends."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._entries: dict[str, Entry] = {}
        self.dead_letters = MemoryDeadLetters()
        self._checkpoints: dict[str, Checkpoint] = {}
        self._puts = 0

    def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> list[PutResult]:
        results = []
        for article in articles:
            stored = self._entries.get(article.id)
            if stored and not supersedes(article.updated_at, stored.article.updated_at, same_too=replace):
                results.append(PutResult.DUPLICATE)
                continue
            self._puts += 1
            order = stored.order if stored and replace else self._puts
            self._entries[article.id] = entry_of(article, order, self._analyser)
            results.append(PutResult.INDEXED)
        return results

    def commit(
        self, articles: Sequence[EnrichedArticle], dead: Sequence[DeadLetter] = (), checkpoint: Checkpoint | None = None
    ) -> list[PutResult]:
        self.dead_letters.put(dead)
        if checkpoint:
            self._checkpoints[checkpoint.source] = checkpoint
        return self.put(articles)

    def checkpoint(self, source: str) -> Checkpoint | None:
        return self._checkpoints.get(source)

    def get(self, article_id: str) -> EnrichedArticle | None:
        entry = self._entries.get(article_id)
        return entry.article if entry else None

    def scan(self, query: Query) -> Iterator[EnrichedArticle]:
        return iter([entry.article for entry in self._found(query)])

    def search(self, query: Query, *, sort: Sort = "relevance", limit: int = 10, offset: int = 0) -> Page:
        found = sorted(self._found(query), key=lambda entry: (entry.time_to_the_second, entry.order), reverse=sort != "oldest")
        scores = {entry.article.id: score(query, entry, self._analyser) if sort == "relevance" else 0.0 for entry in found}
        found.sort(key=lambda entry: -scores[entry.article.id])
        hits = tuple(Hit(entry.article, scores[entry.article.id]) for entry in found[offset : offset + limit])
        return Page(len(found), hits)

    def facets(self, query: Query, fields: Sequence[FacetField], *, size: int = 10) -> dict[FacetField, tuple[Count, ...]]:
        found = list(self._found(query))
        return {field: _top(Counter(value for entry in found for value in _values(entry.article, field)), size) for field in fields}

    def timeline(self, query: Query, bucket: Bucket) -> tuple[TimeCount, ...]:
        counts = Counter(_bucket_start(utc(entry.article.time), bucket) for entry in self._found(query))
        return tuple(TimeCount(start, count) for start, count in sorted(counts.items()))

    def close(self) -> None:
        """Nothing to close."""

    def _found(self, query: Query) -> Iterator[Entry]:
        return (entry for entry in self._entries.values() if matches(query, entry, self._analyser))


def _values(article: EnrichedArticle, field: FacetField) -> tuple[str, ...]:
    """The values of an article that count for a facet, each once."""
    values: dict[FacetField, Sequence[str]] = {
        "persons": article.persons,
        "organisations": article.organisations,
        "places": article.places,
        "topics": article.topic_ids,
        "language": (article.language.code,),
        "source": (article.source,) if article.source else (),
    }
    return tuple(dict.fromkeys(values[field]))


def _top(counts: Counter[str], size: int) -> tuple[Count, ...]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Count(value, count) for value, count in ordered[:size])


def _bucket_start(time: datetime, bucket: Bucket) -> datetime:
    if bucket == "hour":
        return time.replace(minute=0, second=0, microsecond=0)
    day = datetime(time.year, time.month, time.day, tzinfo=UTC)
    if bucket == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if bucket == "month" else day
