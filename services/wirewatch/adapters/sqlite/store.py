"""The embedded store: articles, dead letters and checkpoints in one SQLite file.

The store owns the connection, and its parts share it: the writer, the search and the dead letters. The dead letters are a box of their
own (``store.dead_letters``), the same kind as Kafka's; only ``commit`` writes them in one transaction with articles and a checkpoint.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from wirewatch.adapters.sqlite.database import Database
from wirewatch.adapters.sqlite.dead_letters import SqliteDeadLetters
from wirewatch.adapters.sqlite.search import SqliteSearch, decode_article
from wirewatch.adapters.sqlite.writer import ArticleWriter
from wirewatch.core.article import Checkpoint, DeadLetter, EnrichedArticle
from wirewatch.core.ingest.cleaning import storable_text
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.search.query import Query
from wirewatch.ports.store import Bucket, Count, FacetField, Page, PutResult, Sort, TimeCount


class SqliteStore:
    """An EmbeddedStore in a file. For one thread; other processes may read while one writes."""

    def __init__(self, path: Path, *, analyser: Analyser, wait_seconds: float = 30.0, reindex: bool = False) -> None:
        """Open the file, or create it; wait up to ``wait_seconds`` for another process that writes.

        A file indexed by another text analysis (another release, other word lists) is indexed again with ``reindex``, else refused.
        Raises Unavailable, Refused.
        """
        self._database = Database(path, wait_seconds=wait_seconds)
        self._writer = ArticleWriter(self._database, analyser)
        self._search = SqliteSearch(self._database, analyser)
        self.dead_letters = SqliteDeadLetters(self._database)
        try:
            self._writer.agree_on_analysis(reindex=reindex)
        except BaseException:
            self.close()
            raise

    def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> list[PutResult]:
        with self._writer.transaction():
            return self._writer.write(articles, replace=replace)

    def commit(
        self, articles: Sequence[EnrichedArticle], dead: Sequence[DeadLetter] = (), checkpoint: Checkpoint | None = None
    ) -> list[PutResult]:
        with self._writer.transaction():
            results = self._writer.write(articles, replace=False)
            self.dead_letters.write(dead)
            if checkpoint:
                progress = (checkpoint.source, checkpoint.position, checkpoint.mark)
                self._database.execute("INSERT OR REPLACE INTO checkpoints VALUES (?, ?, ?)", progress)
        return results

    def checkpoint(self, source: str) -> Checkpoint | None:
        found = self._database.first("SELECT source, position, mark FROM checkpoints WHERE source = ?", (source,))
        return Checkpoint(source=found[0], position=found[1], mark=found[2]) if found else None

    def get(self, article_id: str) -> EnrichedArticle | None:
        found = self._database.first("SELECT article FROM articles WHERE id = ?", (storable_text(article_id),))
        return decode_article(found[0]) if found else None

    def scan(self, query: Query) -> Iterator[EnrichedArticle]:
        return self._search.scan(query)

    def search(self, query: Query, *, sort: Sort = "relevance", limit: int = 10, offset: int = 0) -> Page:
        return self._search.search(query, sort=sort, limit=limit, offset=offset)

    def facets(self, query: Query, fields: Sequence[FacetField], *, size: int = 10) -> dict[FacetField, tuple[Count, ...]]:
        return self._search.facets(query, fields, size=size)

    def timeline(self, query: Query, bucket: Bucket) -> tuple[TimeCount, ...]:
        return self._search.timeline(query, bucket)

    def close(self) -> None:
        """Close the file; without it nothing is lost."""
        self._database.close()
