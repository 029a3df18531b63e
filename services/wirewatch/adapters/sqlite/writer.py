"""Writes articles into the SQLite file, with their facets and their rows in the full-text index."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec

from wirewatch.adapters.sqlite import index
from wirewatch.adapters.sqlite.database import Database
from wirewatch.adapters.sqlite.search import article_at, decode_article
from wirewatch.core.article import EnrichedArticle
from wirewatch.core.errors import Refused
from wirewatch.core.ingest.cleaning import storable
from wirewatch.core.ingest.identity import supersedes
from wirewatch.core.search.analysis import Analyser
from wirewatch.ports.store import PutResult

_COLUMNS = "title, body, parts, persons, organisations, places, others, tags"
_INSERT = f"INSERT INTO search (rowid, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants
_DELETE = f"INSERT INTO search (search, rowid, {_COLUMNS}) VALUES ('delete', ?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - constants
_REINDEXED = 256

_encode = msgspec.msgpack.Encoder().encode


class ArticleWriter:
    """The writing side of the store."""

    def __init__(self, database: Database, analyser: Analyser) -> None:
        self._database = database
        self._analyser = analyser
        self._indexer = index.Indexer(database.connection, analyser)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything or nothing: what the indexer remembers of a failed transaction is forgotten. Raises Unavailable, Refused."""
        self._indexer.forget_if_full()
        try:
            with self._database.writing():
                yield
        except BaseException:
            self._indexer.forget()
            raise

    def write(self, articles: Sequence[EnrichedArticle], *, replace: bool) -> list[PutResult]:
        """Write articles within a transaction; see ``ports.store.ArticleStore.put``. Raises Refused if a second is full."""
        results: list[PutResult] = []
        winners: dict[str, tuple[EnrichedArticle, bytes]] = {}
        replaced: dict[str, int] = {}
        for given in articles:
            article, encoded = storable(given, _encode)
            stored = self._database.execute("SELECT rowid, updated_at FROM articles WHERE id = ?", (article.id,)).fetchone()
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
        # A re-enriched article keeps its row id, so that a scan does not meet it again. Those go first: a new one could take such an id.
        kept = {id_: row_id for id_, row_id in replaced.items() if replace and index.is_of(row_id, winners[id_][0].time)}
        chosen = sorted(winners.values(), key=lambda winner: winner[0].id not in kept)
        row_ids = [self._insert(article, encoded, kept.get(article.id)) for article, encoded in chosen]
        rows = self._indexer.rows([article for article, _ in chosen])
        # FTS5 flushes what it has collected whenever a row id is lower than the one before.
        self._database.connection.executemany(_INSERT, sorted((row_id, *row) for row_id, row in zip(row_ids, rows, strict=True)))
        return results

    def agree_on_analysis(self, *, reindex: bool) -> None:
        """Note the text analysis in a new file. With ``reindex``, index a file of another analysis again; else Refused is raised."""
        found = self._database.first("SELECT value FROM facts WHERE name = ?", ("analysis",))
        if found and found[0] == self._analyser.version:
            return
        if found and not reindex:
            raise Refused(
                f"{self._database.path} was indexed by another release or with other word lists; bring it up to date: wirewatch reindex"
            )
        with self.transaction():
            if found:
                self._index_all()
            self._database.execute("INSERT OR REPLACE INTO facts VALUES ('analysis', ?)", (self._analyser.version,))

    def _index_all(self) -> None:
        self._database.execute("INSERT INTO search (search) VALUES ('delete-all')")
        self._database.execute("DELETE FROM vocabulary")
        found = self._database.execute("SELECT rowid, article FROM articles ORDER BY rowid")
        while batch := found.fetchmany(_REINDEXED):
            rows = self._indexer.rows([decode_article(article) for _, article in batch])
            indexed = [(row_id, *row) for (row_id, _), row in zip(batch, rows, strict=True)]
            self._database.connection.executemany(_INSERT, indexed)

    def _insert(self, article: EnrichedArticle, encoded: bytes, kept: int | None) -> int:
        row_id = index.free_row_id(self._database.connection, article.time) if kept is None else kept
        if row_id is None:
            raise Refused(f"{self._database.path} holds as many articles of {article.time:%Y-%m-%d %H:%M:%S} as it can; use another file")
        updated_at = index.microsecond_of(article.updated_at) if article.updated_at else None
        self._database.execute("INSERT INTO articles VALUES (?, ?, ?, ?)", (row_id, article.id, updated_at, encoded))
        self._database.execute("INSERT INTO facets VALUES (?, ?)", (row_id, self._indexer.facet_terms(article)))
        return row_id

    def _remove(self, row_ids: Sequence[int]) -> None:
        rows = self._indexer.rows([article_at(self._database, row_id) for row_id in row_ids])
        for row_id, row in zip(row_ids, rows, strict=True):
            # A contentless index can only delete what it is given.
            self._database.execute(_DELETE, (row_id, *row))
            self._database.execute("DELETE FROM facets WHERE rowid = ?", (row_id,))
            self._database.execute("DELETE FROM articles WHERE rowid = ?", (row_id,))
