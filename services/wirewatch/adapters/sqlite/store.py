"""The embedded store: articles, full-text search, dead letters and checkpoints in one SQLite file."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from wirewatch.adapters.sqlite import index
from wirewatch.adapters.sqlite.dead_letters import decode_letter, page_of_letters
from wirewatch.adapters.sqlite.query import Plan, WordForms, plan
from wirewatch.adapters.sqlite.schema import faults, open_database, transaction
from wirewatch.core.article import Checkpoint, DeadLetter, EnrichedArticle
from wirewatch.core.errors import Refused
from wirewatch.core.ingest.cleaning import storable, storable_text
from wirewatch.core.ingest.identity import supersedes
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.search.query import Query
from wirewatch.ports.store import Bucket, Count, FacetField, Hit, Page, PutResult, Sort, TimeCount

# Of more hits than this the newest ones are ranked, and the others follow by time: ranking costs time for each hit.
RANKED_HITS = 5_000
# BM25 weights of the columns of ``search``: a headline says what an article is about; tags and dates filter.
_WEIGHTS = "5, 1, 0.5, 2, 2, 2, 2, 0"
_HOUR, _DAY = 3_600, 86_400
_COLUMNS = "title, body, parts, persons, organisations, places, others, tags"
_INSERT = f"INSERT INTO search (rowid, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants
_DELETE = f"INSERT INTO search (search, rowid, {_COLUMNS}) VALUES ('delete', ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants
_FETCHED = 10_000
_READ_TOGETHER = 256

_article = msgspec.msgpack.Decoder(EnrichedArticle)
_encode = msgspec.msgpack.Encoder().encode


class SqliteStore:
    """An EmbeddedStore in a file. One thread; any number of processes may read while one writes."""

    def __init__(self, path: Path, *, analyser: Analyser, wait_seconds: float = 30.0, reindex: bool = False) -> None:
        """Open or make the file; wait up to ``wait_seconds`` for another process that writes.

        A file indexed by another text analysis (another release, other word lists) is indexed anew with ``reindex``, else refused.
        Raises Unavailable, Refused.
        """
        self._path = path
        self._analyser = analyser
        self._connection = open_database(path, wait_seconds=wait_seconds)
        self._indexer = index.Indexer(self._connection, analyser)
        try:
            with faults(path):
                self._agree_on_analysis(reindex=reindex)
        except BaseException:
            self._connection.close()
            raise

    def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> list[PutResult]:
        with self._writing():
            return self._write_articles(articles, replace=replace)

    def commit(
        self, articles: Sequence[EnrichedArticle], dead: Sequence[DeadLetter] = (), checkpoint: Checkpoint | None = None
    ) -> list[PutResult]:
        with self._writing():
            results = self._write_articles(articles, replace=False)
            for letter in dead:
                row = (letter.id, index.microsecond_of(letter.failed_at), letter.reason, _encode(letter))
                self._execute("INSERT OR REPLACE INTO dead_letters VALUES (?, ?, ?, ?)", row)
            if checkpoint:
                progress = (checkpoint.source, checkpoint.position, checkpoint.mark)
                self._execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", progress)
        return results

    def get(self, article_id: str) -> EnrichedArticle | None:
        with faults(self._path):
            found = self._execute("SELECT article FROM articles WHERE id = ?", (storable_text(article_id),)).fetchone()
        return _article.decode(found[0]) if found else None

    def scan(self, query: Query) -> Iterator[EnrichedArticle]:
        """Give every article of a query, by time; a page is read at once, so that whoever writes meanwhile need not wait."""
        last: int | None = None
        while True:
            with self._reading():
                chosen = self._plan(query)
                sql = chosen.select("hit.rowid", "AND (? IS NULL OR hit.rowid > ?) ORDER BY hit.rowid LIMIT ?")
                row_ids = [row_id for (row_id,) in self._execute(sql, (*chosen.parameters, last, last, _READ_TOGETHER))]
                articles = [self._article_of(row_id) for row_id in row_ids]
            yield from articles
            if len(row_ids) < _READ_TOGETHER:
                return
            last = row_ids[-1]

    def search(self, query: Query, *, sort: Sort = "relevance", limit: int = 10, offset: int = 0) -> Page:
        """Find articles; ``relevance`` is BM25 (Robertson & Zaragoza 2009) over the newest 5,000 hits."""
        with self._reading():
            chosen = self._plan(query)
            (total,) = self._execute(chosen.select("count(*)"), chosen.parameters).fetchone()
            if sort == "relevance" and chosen.match:
                rows = self._ranked(chosen, total, limit, offset)
            else:
                order = "ASC" if sort == "oldest" else "DESC"
                sql = chosen.select("hit.rowid, 0.0", f"ORDER BY hit.rowid {order} LIMIT ? OFFSET ?")
                rows = self._execute(sql, (*chosen.parameters, limit, offset)).fetchall()
            hits = [Hit(self._article_of(row_id), score) for row_id, score in rows]
        return Page(total, tuple(hits))

    def facets(self, query: Query, fields: Sequence[FacetField], *, size: int = 10) -> dict[FacetField, tuple[Count, ...]]:
        with self._reading():
            chosen = self._plan(query)
            rows = self._execute(chosen.select("terms", facets=True), chosen.parameters)
            counts: Counter[int] = Counter()
            while batch := rows.fetchmany(_FETCHED):
                counts.update(index.terms_in(terms for (terms,) in batch))
            return {field: self._top(counts, field, size) for field in fields}

    def timeline(self, query: Query, bucket: Bucket) -> tuple[TimeCount, ...]:
        seconds = _HOUR if bucket == "hour" else _DAY
        with self._reading():
            chosen = self._plan(query)
            columns = f"{index.bucket_sql('hit.rowid', seconds)} AS bucket, count(*)"
            rows = self._execute(chosen.select(columns, "GROUP BY bucket"), chosen.parameters).fetchall()
        counts: Counter[datetime] = Counter()
        for number, count in rows:
            # The year 1 began on a Monday.
            start = index.bucket_time(number - number % 7 if bucket == "week" else number, seconds)
            counts[start.replace(day=1) if bucket == "month" else start] += count
        return tuple(TimeCount(start, count) for start, count in sorted(counts.items()))

    def checkpoint(self, source: str) -> Checkpoint | None:
        with faults(self._path):
            found = self._execute("SELECT source, position, mark FROM checkpoints WHERE source = ?", (source,)).fetchone()
        return Checkpoint(source=found[0], position=found[1], mark=found[2]) if found else None

    def put_dead_letters(self, letters: Sequence[DeadLetter]) -> None:
        self.commit((), letters)

    def dead_letters(
        self,
        *,
        reason: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> tuple[int, tuple[DeadLetter, ...]]:
        """How many there are, and those of this page, newest first."""
        with self._reading():
            return page_of_letters(self._connection, reason=reason, since=since, until=until, limit=limit, offset=offset)

    def dead_letter(self, letter_id: str) -> DeadLetter | None:
        with faults(self._path):
            found = self._execute("SELECT letter FROM dead_letters WHERE id = ?", (letter_id,)).fetchone()
        return decode_letter(found[0]) if found else None

    def remove_dead_letters(self, letter_ids: Sequence[str]) -> int:
        with self._writing():
            return sum(self._execute("DELETE FROM dead_letters WHERE id = ?", (letter_id,)).rowcount for letter_id in letter_ids)

    def close(self) -> None:
        """Close the file; a store that is not closed loses nothing."""
        self._connection.close()

    def _execute(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
        return self._connection.execute(sql, parameters)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        with faults(self._path), transaction(self._connection):
            yield

    @contextmanager
    def _writing(self) -> Iterator[None]:
        self._indexer.forget_if_full()
        try:
            with faults(self._path), transaction(self._connection, write=True):
                yield
        except BaseException:
            self._indexer.forget()
            raise

    def _agree_on_analysis(self, *, reindex: bool) -> None:
        found = self._execute("SELECT value FROM facts WHERE name = 'analysis'").fetchone()
        if found and found[0] == self._analyser.version:
            return
        if found and not reindex:
            raise Refused(f"{self._path} was indexed by another release or with other word lists; bring it up to date: wirewatch reindex")
        with self._writing():
            if found:
                self._index_all()
            self._execute("INSERT OR REPLACE INTO facts VALUES ('analysis', ?)", (self._analyser.version,))

    def _index_all(self) -> None:
        self._execute("INSERT INTO search (search) VALUES ('delete-all')")
        self._execute("DELETE FROM vocabulary")
        found = self._execute("SELECT rowid, article FROM articles ORDER BY rowid")
        while batch := found.fetchmany(_READ_TOGETHER):
            rows = self._indexer.rows([_article.decode(article) for _, article in batch])
            self._connection.executemany(_INSERT, [(row_id, *row) for (row_id, _), row in zip(batch, rows, strict=True)])

    def _write_articles(self, articles: Sequence[EnrichedArticle], *, replace: bool) -> list[PutResult]:
        results: list[PutResult] = []
        winners: dict[str, tuple[EnrichedArticle, bytes]] = {}
        replaced: dict[str, int] = {}
        for given in articles:
            article, encoded = storable(given, _encode)
            stored = self._execute("SELECT rowid, updated_at FROM articles WHERE id = ?", (article.id,)).fetchone()
            earlier = winners.get(article.id)
            known = earlier is not None or stored is not None
            updated_at = earlier[0].updated_at if earlier else index.time_of(stored[1]) if stored else None
            if known and not supersedes(article.updated_at, updated_at, same_too=replace):
                results.append(PutResult.DUPLICATE)
                continue
            results.append(PutResult.INDEXED)
            winners.pop(article.id, None)
            winners[article.id] = article, encoded
            if stored:
                replaced[article.id] = stored[0]
        self._remove(sorted(replaced.values()))
        # One enriched anew keeps its place, so that a scan doesn't meet it again. Those go first, lest a new one takes such a place.
        places = {id_: row_id for id_, row_id in replaced.items() if replace and index.is_of(row_id, winners[id_][0].time)}
        chosen = sorted(winners.values(), key=lambda winner: winner[0].id not in places)
        row_ids = [self._insert(article, encoded, places.get(article.id)) for article, encoded in chosen]
        rows = self._indexer.rows([article for article, _ in chosen])
        # FTS5 writes out what it has gathered whenever a row id is lower than the one before.
        self._connection.executemany(_INSERT, sorted((row_id, *row) for row_id, row in zip(row_ids, rows, strict=True)))
        return results

    def _insert(self, article: EnrichedArticle, encoded: bytes, place: int | None) -> int:
        row_id = index.free_row_id(self._connection, article.time) if place is None else place
        if row_id is None:
            raise Refused(f"{self._path} holds as many articles of {article.time:%Y-%m-%d %H:%M:%S} as it can; use another file")
        updated_at = index.microsecond_of(article.updated_at) if article.updated_at else None
        self._execute("INSERT INTO articles VALUES (?, ?, ?, ?)", (row_id, article.id, updated_at, encoded))
        self._execute("INSERT INTO facets VALUES (?, ?)", (row_id, self._indexer.facet_terms(article)))
        return row_id

    def _remove(self, row_ids: Sequence[int]) -> None:
        rows = self._indexer.rows([self._article_of(row_id) for row_id in row_ids])
        for row_id, row in zip(row_ids, rows, strict=True):
            # A contentless index must be told what it holds.
            self._execute(_DELETE, (row_id, *row))
            self._execute("DELETE FROM facets WHERE rowid = ?", (row_id,))
            self._execute("DELETE FROM articles WHERE rowid = ?", (row_id,))

    def _article_of(self, row_id: int) -> EnrichedArticle:
        (encoded,) = self._execute("SELECT article FROM articles WHERE rowid = ?", (row_id,)).fetchone()
        return _article.decode(encoded)

    def _plan(self, query: Query) -> Plan:
        language = index.FACETS.index("language")
        languages = [value for (value,) in self._execute("SELECT value FROM terms WHERE facet = ? ORDER BY value", (language,))]
        return plan(query, WordForms(self._connection, self._analyser, languages))

    def _ranked(self, chosen: Plan, total: int, limit: int, offset: int) -> list[tuple[int, float]]:
        lowest = 0
        if total > RANKED_HITS:
            sql = chosen.select("hit.rowid", f"ORDER BY hit.rowid DESC LIMIT 1 OFFSET {RANKED_HITS - 1}")
            (lowest,) = self._execute(sql, chosen.parameters).fetchone()
        score = f"hit.rowid, -bm25(search, {_WEIGHTS}) AS score"
        sql = chosen.select(score, "AND hit.rowid >= ? ORDER BY score DESC, hit.rowid DESC LIMIT ? OFFSET ?")
        rows: list[tuple[int, float]] = self._execute(sql, (*chosen.parameters, lowest, limit, offset)).fetchall()
        if len(rows) < limit and total > RANKED_HITS:
            sql = chosen.select("hit.rowid, 0.0", "AND hit.rowid < ? ORDER BY hit.rowid DESC LIMIT ? OFFSET ?")
            rest = (lowest, limit - len(rows), max(0, offset - RANKED_HITS))
            rows += self._execute(sql, (*chosen.parameters, *rest)).fetchall()
        return rows

    def _top(self, counts: Counter[int], field: FacetField, size: int) -> tuple[Count, ...]:
        """The most frequent values, equally frequent ones in order of the alphabet."""
        ordered = sorted(((count, term) for term, count in counts.items() if index.facet_of(term) == field), reverse=True)
        least = ordered[size - 1][0] if 0 < size <= len(ordered) else 0
        values = [
            Count(self._execute("SELECT value FROM terms WHERE id = ?", (term,)).fetchone()[0], count)
            for count, term in ordered
            if count >= least
        ]
        return tuple(sorted(values, key=lambda value: (-value.count, value.value))[:size])
