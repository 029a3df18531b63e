"""What SQLite's full-text index holds of an article, and the vocabulary that turns a word of a query into its forms."""

import sqlite3
import sys
from array import array
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from wirewatch.core.article import EnrichedArticle, Entity, EntityType
from wirewatch.core.ingest.dates import utc
from wirewatch.core.search.analysis import BETWEEN_NAMES, Analyser, entity_names, has_stem, same_code, searchable
from wirewatch.ports.store import FacetField

FACETS: tuple[FacetField, ...] = ("persons", "organisations", "places", "topics", "language", "source")
ENTITY_TYPES: tuple[EntityType, ...] = ("PER", "ORG", "LOC", "MISC")
# A token of every row, which a query that is only a NOT needs. No token of a text has a middle dot.
EVERY_ROW = f"every{BETWEEN_NAMES}"
_FACET_BITS = 3
# For 4 million articles of the same second.
_SERIAL_BITS = 22
_START = datetime(1, 1, 1, tzinfo=UTC)
# Words and values in memory, about 100 bytes each.
_MAX_KEPT = 250_000

Row = tuple[str, str, str, str, str, str, str, str]


class _Text(NamedTuple):
    """An article's text in search form, its words that are known compounds, and those not seen before."""

    title: str
    body: str
    compounds: AbstractSet[str]
    new: AbstractSet[str]


_NO_WORDS: AbstractSet[str] = frozenset()


def second_of(time: datetime) -> int:
    """Whole seconds since the year 1."""
    passed = utc(time) - _START
    return passed.days * 86_400 + passed.seconds


def first_row_id(time: datetime) -> int:
    """The lowest row id for an article of this second. Row ids rise with time and, within a second, with the order of storing."""
    return second_of(time) << _SERIAL_BITS


def is_of(row_id: int, time: datetime) -> bool:
    """Whether an article of this time may have this row id."""
    return row_id >> _SERIAL_BITS == second_of(time)


def microsecond_of(time: datetime) -> int:
    """Microseconds since the year 1."""
    return (utc(time) - _START) // timedelta(microseconds=1)


def time_of(microsecond: int | None) -> datetime | None:
    """The time at this many microseconds since the year 1."""
    return None if microsecond is None else _START + timedelta(microseconds=microsecond)


def bucket_sql(row_id: str, seconds: int) -> str:
    """SQL for the number of a row's bucket, each ``seconds`` long, counted from the year 1."""
    return f"({row_id} >> {_SERIAL_BITS}) / {seconds}"


def bucket_time(number: int, seconds: int) -> datetime:
    """The start of that bucket."""
    return _START + timedelta(seconds=number * seconds)


@lru_cache(maxsize=50_000)
def code_token(kind: str, value: str) -> str:
    """An id or code as one token, different for different codes."""
    letters = (letter if letter.isalnum() else f"{BETWEEN_NAMES}{ord(letter):x}{BETWEEN_NAMES}" for letter in same_code(value))
    return f"{kind}{BETWEEN_NAMES}{''.join(letters)}"


def free_row_id(connection: sqlite3.Connection, time: datetime) -> int | None:
    """The row id for another article of this time; None if the second is full."""
    low = first_row_id(time)
    highest = low + (1 << _SERIAL_BITS) - 1
    (last,) = connection.execute("SELECT max(rowid) FROM articles WHERE rowid BETWEEN ? AND ?", (low, highest)).fetchone()
    if last is None:
        return low
    return int(last) + 1 if last < highest else None


def _entity_columns(entities: Sequence[Entity]) -> tuple[str, str, str, str]:
    if not entities:
        return "", "", "", ""
    by_type: dict[EntityType, list[Entity]] = {kind: [] for kind in ENTITY_TYPES}
    for entity in entities:
        by_type[entity.type].append(entity)
    persons, organisations, places, others = map(_entity_column, by_type.values())
    return persons, organisations, places, others


def _entity_column(entities: Sequence[Entity]) -> str:
    return f"{entity_names(entities)}{' '.join([code_token('id', entity.id) for entity in entities])}" if entities else ""


def _tags(article: EnrichedArticle) -> str:
    codes = [EVERY_ROW, code_token("lang", article.language.code), *(code_token("topic", topic) for topic in article.topic_ids)]
    return f"{' '.join(codes)} {searchable(article.source or '')}"


class Indexer:
    """Makes index rows, and keeps the vocabulary and the facet terms. It remembers only what is in the file, or in this transaction."""

    def __init__(self, connection: sqlite3.Connection, analyser: Analyser) -> None:
        self._connection = connection
        self._analyser = analyser
        self._known: defaultdict[str, set[str]] = defaultdict(set)
        self._parts: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._terms: dict[tuple[int, str], int] = {}

    def forget(self) -> None:
        """Forget everything, since a failed transaction has written nothing."""
        self._known.clear()
        self._parts.clear()
        self._terms.clear()

    def forget_if_full(self) -> None:
        """Keep the memory bounded; called before a transaction."""
        if sum(map(len, self._known.values())) + len(self._terms) > _MAX_KEPT:
            self.forget()

    def rows(self, articles: Sequence[EnrichedArticle]) -> list[Row]:
        """The columns of the full-text index for each article; words not seen before are added to the vocabulary."""
        texts = [self._text(article) for article in articles]
        new: defaultdict[str, set[str]] = defaultdict(set)
        for article, text in zip(articles, texts, strict=True):
            new[article.language.code] |= text.new
        for language, words in new.items():
            if words:
                self._learn(words, language)
        return [self._row(article, text) for article, text in zip(articles, texts, strict=True)]

    def _text(self, article: EnrichedArticle) -> _Text:
        title, body = searchable(article.title), searchable(article.body)
        language = article.language.code
        if language not in self._analyser.languages:
            return _Text(title, body, _NO_WORDS, _NO_WORDS)
        words = {*title.split(), *body.split()}
        parts = self._parts.get(language)
        # Only these words of a batch stay in memory, and less memory is faster.
        return _Text(title, body, parts.keys() & words if parts else _NO_WORDS, words - self._known[language])

    def _row(self, article: EnrichedArticle, text: _Text) -> Row:
        parts = self._parts.get(article.language.code)
        of_compounds = " ".join([parts[word] for word in (*text.compounds, *(parts.keys() & text.new))]) if parts else ""
        return (text.title, text.body, of_compounds, *_entity_columns(article.entities), _tags(article))

    def _learn(self, new: set[str], language: str) -> None:
        words = [word for word in new if has_stem(word)]
        stems = self._analyser.stems(words, language)
        # In the order of the table, so that neighbouring rows are written together.
        rows = sorted((stem_token(stem, language), word) for stem, word in zip(stems, words, strict=True))
        self._connection.executemany("INSERT OR IGNORE INTO vocabulary VALUES (?, ?)", rows)
        for word, stems_of_parts in self._analyser.part_stems(words, language).items():
            self._parts[language][word] = " ".join([stem_token(stem, language) for stem in stems_of_parts])
        self._known[language] |= new

    def facet_terms(self, article: EnrichedArticle) -> bytes:
        """The facet values of an article as a little-endian array of 32-bit term ids."""
        values = (
            article.persons,
            article.organisations,
            article.places,
            article.topic_ids,
            (article.language.code,),
            (article.source,) if article.source else (),
        )
        terms = self._terms
        ids = {terms.get((facet, value)) or self._new_term(facet, value) for facet, of_facet in enumerate(values) for value in of_facet}
        return _little_endian(array("I", ids)).tobytes()

    def _new_term(self, facet: int, value: str) -> int:
        term: int
        found = self._connection.execute("SELECT id FROM terms WHERE facet = ? AND value = ?", (facet, value)).fetchone()
        if found is None:
            (highest,) = self._connection.execute("SELECT coalesce(max(id), 0) FROM terms").fetchone()
            term = ((int(highest) >> _FACET_BITS) + 1) << _FACET_BITS | facet
            self._connection.execute("INSERT INTO terms VALUES (?, ?, ?)", (term, facet, value))
        else:
            (term,) = found
        self._terms[facet, value] = term
        return term


def terms_in(blobs: Iterable[bytes]) -> "array[int]":
    """The term ids of many articles in one array."""
    return _little_endian(array("I", b"".join(blobs)))


def facet_of(term: int) -> FacetField:
    """The facet of a term."""
    return FACETS[term & ((1 << _FACET_BITS) - 1)]


def _little_endian(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def stem_token(stem: str, language: str) -> str:
    """A stem of a language, as the index and the vocabulary hold it."""
    return f"{stem}{BETWEEN_NAMES}{language}"
