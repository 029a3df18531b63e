"""The query tree evaluated article by article: the plainest statement of what a query means."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from wirewatch.core.article import EnrichedArticle
from wirewatch.core.ingest.dates import utc
from wirewatch.core.search.analysis import Analyser, is_named, same_code, searchable
from wirewatch.core.search.query import ENTITY_TYPES, And, Dated, Everything, Named, Not, Or, Phrase, Prefix, Query, Tagged, Word

_TITLE_WEIGHT = 4.0


@dataclass(frozen=True, slots=True)
class Entry:
    """An article and everything that a query may ask about it."""

    article: EnrichedArticle
    order: int
    title: tuple[str, ...]
    body: tuple[str, ...]
    stems: frozenset[str]

    @property
    def time_to_the_second(self) -> datetime:
        return utc(self.article.time).replace(microsecond=0)


def entry_of(article: EnrichedArticle, order: int, analyser: Analyser) -> Entry:
    """The entry of an article; ``order`` is its place in the order of storing."""
    language = article.language.code
    title, body = (tuple(searchable(text).split()) for text in (article.title, article.body))
    words = sorted({*title, *body})
    parts = (stem for stems in analyser.part_stems(words, language).values() for stem in stems)
    return Entry(article, order, title, body, frozenset((*analyser.stems(words, language), *parts)))


def matches(query: Query, entry: Entry, analyser: Analyser) -> bool:
    """Whether a query finds an article."""
    match query:
        case Everything():
            return True
        case Not(part):
            return not matches(part, entry, analyser)
        case And(parts):
            return all(matches(part, entry, analyser) for part in parts)
        case Or(parts):
            return any(matches(part, entry, analyser) for part in parts)
        case Word() | Prefix() | Phrase():
            return _text_matches(query, entry, analyser)
        case Named() | Tagged() | Dated():
            return _field_matches(query, entry.article)
    assert_never(query)


def score(query: Query, entry: Entry, analyser: Analyser) -> float:
    """A match in the title counts more than one in the body; how often a word occurs does not count."""
    title = replace(entry, body=(), stems=frozenset(analyser.stems(entry.title, entry.article.language.code)))
    return sum(
        _text_matches(leaf, entry, analyser) + _TITLE_WEIGHT * _text_matches(leaf, title, analyser) for leaf in _required_texts(query)
    )


def _text_matches(query: Word | Prefix | Phrase, entry: Entry, analyser: Analyser) -> bool:
    words = searchable(query.text).split()
    if isinstance(query, Phrase):
        return any(_has_phrase(field, words) for field in (entry.title, entry.body))
    tokens = (*entry.title, *entry.body)
    if isinstance(query, Prefix):
        return any(token.startswith(words[0]) for token in tokens)
    return words[0] in tokens or analyser.stems(words, entry.article.language.code)[0] in entry.stems


def _required_texts(query: Query) -> Iterator[Word | Prefix | Phrase]:
    """The texts of a query that are not under a NOT."""
    match query:
        case Word() | Prefix() | Phrase():
            yield query
        case And(parts) | Or(parts):
            for part in parts:
                yield from _required_texts(part)
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
