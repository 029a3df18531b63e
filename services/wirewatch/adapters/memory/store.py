"""A store in memory: for tests, and the plainest statement of what a query means."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import assert_never

from wirewatch.core.article import Checkpoint, DeadLetter, EnrichedArticle
from wirewatch.core.ingest.dates import utc
from wirewatch.core.ingest.identity import supersedes
from wirewatch.core.search.analysis import Analyser, is_named, same_code, searchable
from wirewatch.core.search.query import ENTITY_TYPES, And, Dated, Everything, Named, Not, Or, Phrase, Prefix, Query, Tagged, Word
from wirewatch.ports.store import Bucket, Count, FacetField, Hit, Page, PutResult, Sort, TimeCount

_TITLE_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class _Entry:
    """An article and all that a query may ask about it."""

    article: EnrichedArticle
    order: int
    title: tuple[str, ...]
    body: tuple[str, ...]
    stems: frozenset[str]

    @property
    def time_to_the_second(self) -> datetime:
        return utc(self.article.time).replace(microsecond=0)


class MemoryStore:
    """An EmbeddedStore that is gone with the process."""

    def __init__(self, analyser: Analyser) -> None:
        self._analyser = analyser
        self._entries: dict[str, _Entry] = {}
        self._letters: dict[str, DeadLetter] = {}
        self._checkpoints: dict[str, Checkpoint] = {}
        self._puts = 0

    def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> list[PutResult]:
        return [self._put(article, replace=replace) for article in articles]

    def _put(self, article: EnrichedArticle, *, replace: bool) -> PutResult:
        stored = self._entries.get(article.id)
        if stored and not supersedes(article.updated_at, stored.article.updated_at, same_too=replace):
            return PutResult.DUPLICATE
        self._puts += 1
        language = article.language.code
        title, body = (tuple(searchable(text).split()) for text in (article.title, article.body))
        words = sorted({*title, *body})
        parts = (stem for stems in self._analyser.part_stems(words, language).values() for stem in stems)
        stems = frozenset((*self._analyser.stems(words, language), *parts))
        order = stored.order if stored and replace else self._puts
        self._entries[article.id] = _Entry(article, order, title, body, stems)
        return PutResult.INDEXED

    def get(self, article_id: str) -> EnrichedArticle | None:
        entry = self._entries.get(article_id)
        return entry.article if entry else None

    def scan(self, query: Query) -> Iterator[EnrichedArticle]:
        return iter([entry.article for entry in self._found(query)])

    def search(self, query: Query, *, sort: Sort = "relevance", limit: int = 10, offset: int = 0) -> Page:
        found = sorted(self._found(query), key=lambda entry: (entry.time_to_the_second, entry.order), reverse=sort != "oldest")
        scores = {entry.article.id: self._score(query, entry) if sort == "relevance" else 0.0 for entry in found}
        found.sort(key=lambda entry: -scores[entry.article.id])
        hits = tuple(Hit(entry.article, scores[entry.article.id]) for entry in found[offset : offset + limit])
        return Page(len(found), hits)

    def facets(self, query: Query, fields: Sequence[FacetField], *, size: int = 10) -> dict[FacetField, tuple[Count, ...]]:
        found = list(self._found(query))
        return {field: _top(Counter(value for entry in found for value in facet_values(entry.article, field)), size) for field in fields}

    def timeline(self, query: Query, bucket: Bucket) -> tuple[TimeCount, ...]:
        counts = Counter(_bucket_start(utc(entry.article.time), bucket) for entry in self._found(query))
        return tuple(TimeCount(start, count) for start, count in sorted(counts.items()))

    def close(self) -> None:
        """Nothing to close."""

    def commit(
        self, articles: Sequence[EnrichedArticle], dead: Sequence[DeadLetter] = (), checkpoint: Checkpoint | None = None
    ) -> list[PutResult]:
        self.put_dead_letters(dead)
        if checkpoint:
            self._checkpoints[checkpoint.source] = checkpoint
        return self.put(articles)

    def checkpoint(self, source: str) -> Checkpoint | None:
        return self._checkpoints.get(source)

    def put_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        self._letters.update((letter.id, letter) for letter in letters)

    def dead_letters(
        self,
        *,
        reason: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[int, tuple[DeadLetter, ...]]:
        def wanted(letter: DeadLetter) -> bool:
            soon_enough = since is None or letter.failed_at >= since
            return reason in {None, letter.reason} and soon_enough and (until is None or letter.failed_at < until)

        found = sorted(filter(wanted, self._letters.values()), key=lambda letter: letter.id)
        found.sort(key=lambda letter: letter.failed_at, reverse=True)
        return len(found), tuple(found[offset : offset + limit])

    def dead_letter(self, letter_id: str) -> DeadLetter | None:
        return self._letters.get(letter_id)

    def remove_dead_letters(self, letter_ids: Sequence[str]) -> int:
        return sum(self._letters.pop(letter_id, None) is not None for letter_id in letter_ids)

    def _found(self, query: Query) -> Iterator[_Entry]:
        return (entry for entry in self._entries.values() if self._matches(query, entry))

    def _matches(self, query: Query, entry: _Entry) -> bool:
        match query:
            case Everything():
                return True
            case Not(part):
                return not self._matches(part, entry)
            case And(parts):
                return all(self._matches(part, entry) for part in parts)
            case Or(parts):
                return any(self._matches(part, entry) for part in parts)
            case Word() | Prefix() | Phrase():
                return self._text_matches(query, entry)
            case Named() | Tagged() | Dated():
                return _field_matches(query, entry.article)
        assert_never(query)

    def _text_matches(self, query: Word | Prefix | Phrase, entry: _Entry) -> bool:
        words = searchable(query.text).split()
        if isinstance(query, Phrase):
            return any(_has_phrase(field, words) for field in (entry.title, entry.body))
        tokens = (*entry.title, *entry.body)
        if isinstance(query, Prefix):
            return any(token.startswith(words[0]) for token in tokens)
        return words[0] in tokens or self._analyser.stems(words, entry.article.language.code)[0] in entry.stems

    def _score(self, query: Query, entry: _Entry) -> float:
        """A title counts more than a body; how often a word stands there does not count."""
        headline = replace(entry, body=(), stems=frozenset(self._analyser.stems(entry.title, entry.article.language.code)))
        return sum(self._text_matches(leaf, entry) + _TITLE_WEIGHT * self._text_matches(leaf, headline) for leaf in _wanted_texts(query))


def _wanted_texts(query: Query) -> Iterator[Word | Prefix | Phrase]:
    match query:
        case Word() | Prefix() | Phrase():
            yield query
        case And(parts) | Or(parts):
            for part in parts:
                yield from _wanted_texts(part)
        case _:
            pass


def _has_phrase(tokens: Iterable[str], words: Sequence[str]) -> bool:
    return f" {' '.join(words)} " in f" {' '.join(tokens)} "


def _field_matches(query: Named | Tagged | Dated, article: EnrichedArticle) -> bool:
    match query:
        case Named(field, value):
            return any(entity.type in ENTITY_TYPES[field] and is_named(entity, value) for entity in article.entities)
        case Tagged("topic", value):
            return same_code(value) in map(same_code, article.topic_ids)
        case Tagged("lang", value):
            return same_code(value) == same_code(article.language.code)
        case Tagged(_, value):
            return _has_phrase(searchable(article.source or "").split(), searchable(value).split())
        case Dated("after", time):
            return utc(article.time) >= time
        case Dated(_, time):
            return utc(article.time) < time
    assert_never(query)


def facet_values(article: EnrichedArticle, field: FacetField) -> tuple[str, ...]:
    """The values of an article that count for a facet, each one once."""
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
