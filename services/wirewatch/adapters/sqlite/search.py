"""Finds, ranks and counts articles in the SQLite file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from wirewatch.adapters.sqlite import index
from wirewatch.adapters.sqlite.database import Database
from wirewatch.adapters.sqlite.query import Plan, WordForms, plan
from wirewatch.core.article import EnrichedArticle
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.search.query import Query
from wirewatch.ports.store import Bucket, Count, FacetField, Hit, Page, Sort, TimeCount

# Only the newest hits are ranked, and older ones follow by time: ranking costs time for each hit.
RANKED_HITS = 5_000
# BM25 weights of the columns of ``search``: a title says what an article is about, and tags only filter.
_WEIGHTS = "5, 1, 0.5, 2, 2, 2, 2, 0"
_HOUR, _DAY = 3_600, 86_400
_FETCHED = 10_000
_SCANNED = 256

decode_article = msgspec.msgpack.Decoder(EnrichedArticle).decode


def article_at(database: Database, row_id: int) -> EnrichedArticle:
    """The article of a row."""
    (encoded,) = database.execute("SELECT article FROM articles WHERE rowid = ?", (row_id,)).fetchone()
    return decode_article(encoded)


class SqliteSearch:
    """The reading side of the store: see ``ports.store.ArticleStore`` for its methods."""

    def __init__(self, database: Database, analyser: Analyser) -> None:
        self._database = database
        self._analyser = analyser

    def scan(self, query: Query) -> Iterator[EnrichedArticle]:
        """Yield the articles of a query by time. Each page is a transaction of its own, so that nobody has to wait to write."""
        last: int | None = None
        while True:
            with self._database.reading():
                chosen = self._plan(query)
                sql = chosen.select("hit.rowid", "AND (? IS NULL OR hit.rowid > ?) ORDER BY hit.rowid LIMIT ?")
                row_ids = [row_id for (row_id,) in self._database.execute(sql, (*chosen.parameters, last, last, _SCANNED))]
                articles = [article_at(self._database, row_id) for row_id in row_ids]
            yield from articles
            if len(row_ids) < _SCANNED:
                return
            last = row_ids[-1]

    def search(self, query: Query, *, sort: Sort, limit: int, offset: int) -> Page:
        """Find articles; ``relevance`` is BM25 (Robertson & Zaragoza 2009) over the newest 5,000 hits."""
        with self._database.reading():
            chosen = self._plan(query)
            (total,) = self._database.execute(chosen.select("count(*)"), chosen.parameters).fetchone()
            if sort == "relevance" and chosen.match:
                rows = self._ranked(chosen, total, limit, offset)
            else:
                order = "ASC" if sort == "oldest" else "DESC"
                sql = chosen.select("hit.rowid, 0.0", f"ORDER BY hit.rowid {order} LIMIT ? OFFSET ?")
                rows = self._database.execute(sql, (*chosen.parameters, limit, offset)).fetchall()
            hits = [Hit(article_at(self._database, row_id), score) for row_id, score in rows]
        return Page(total, tuple(hits))

    def facets(self, query: Query, fields: Sequence[FacetField], *, size: int) -> dict[FacetField, tuple[Count, ...]]:
        with self._database.reading():
            chosen = self._plan(query)
            rows = self._database.execute(chosen.select("terms", facets=True), chosen.parameters)
            counts: Counter[int] = Counter()
            while batch := rows.fetchmany(_FETCHED):
                counts.update(index.terms_in(terms for (terms,) in batch))
            return {field: self._top(counts, field, size) for field in fields}

    def timeline(self, query: Query, bucket: Bucket) -> tuple[TimeCount, ...]:
        seconds = _HOUR if bucket == "hour" else _DAY
        with self._database.reading():
            chosen = self._plan(query)
            columns = f"{index.bucket_sql('hit.rowid', seconds)} AS bucket, count(*)"
            rows = self._database.execute(chosen.select(columns, "GROUP BY bucket"), chosen.parameters).fetchall()
        counts: Counter[datetime] = Counter()
        for number, count in rows:
            # The year 1 began on a Monday.
            start = index.bucket_time(number - number % 7 if bucket == "week" else number, seconds)
            counts[start.replace(day=1) if bucket == "month" else start] += count
        return tuple(TimeCount(start, count) for start, count in sorted(counts.items()))

    def _plan(self, query: Query) -> Plan:
        language = index.FACETS.index("language")
        rows = self._database.execute("SELECT value FROM terms WHERE facet = ? ORDER BY value", (language,))
        return plan(query, WordForms(self._database.connection, self._analyser, [value for (value,) in rows]))

    def _ranked(self, chosen: Plan, total: int, limit: int, offset: int) -> list[tuple[int, float]]:
        """Row ids and scores of a page."""
        execute, lowest = self._database.execute, 0
        if total > RANKED_HITS:
            sql = chosen.select("hit.rowid", f"ORDER BY hit.rowid DESC LIMIT 1 OFFSET {RANKED_HITS - 1}")
            (lowest,) = execute(sql, chosen.parameters).fetchone()
        score = f"hit.rowid, -bm25(search, {_WEIGHTS}) AS score"
        sql = chosen.select(score, "AND hit.rowid >= ? ORDER BY score DESC, hit.rowid DESC LIMIT ? OFFSET ?")
        rows: list[tuple[int, float]] = execute(sql, (*chosen.parameters, lowest, limit, offset)).fetchall()
        if len(rows) < limit and total > RANKED_HITS:
            sql = chosen.select("hit.rowid, 0.0", "AND hit.rowid < ? ORDER BY hit.rowid DESC LIMIT ? OFFSET ?")
            rest = (lowest, limit - len(rows), max(0, offset - RANKED_HITS))
            rows += execute(sql, (*chosen.parameters, *rest)).fetchall()
        return rows

    def _top(self, counts: Counter[int], field: FacetField, size: int) -> tuple[Count, ...]:
        """The most frequent values of a field; equally frequent ones in alphabetical order."""
        ordered = sorted(((count, term) for term, count in counts.items() if index.facet_of(term) == field), reverse=True)
        least = ordered[size - 1][0] if 0 < size <= len(ordered) else 0
        values = [
            Count(self._database.execute("SELECT value FROM terms WHERE id = ?", (term,)).fetchone()[0], count)
            for count, term in ordered
            if count >= least
        ]
        return tuple(sorted(values, key=lambda value: (-value.count, value.value))[:size])
