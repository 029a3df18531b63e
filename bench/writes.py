"""How fast articles are written into SQLite in batches, compared with only SQLite's full-text index of the same tokens."""

import sqlite3
import tempfile
from pathlib import Path

from bench.figures import header, row, seconds
from bench.texts import load_texts, messages
from wirewatch.bootstrap.serving import utc_now
from wirewatch.bootstrap.stores import open_sqlite
from wirewatch.bootstrap.taggers import build_pipeline, build_taggers
from wirewatch.core.article import EnrichedArticle
from wirewatch.core.text.folding import fold
from wirewatch.settings import Settings

_ARTICLES = 5_000
_BATCH = 256


def enriched(articles: Path | None, count: int, *, start: int = 0) -> list[EnrichedArticle]:
    """Return articles after the path that are not stored yet."""
    pipeline = build_pipeline(Settings(name_models=False), build_taggers(Settings(name_models=False)))
    now = utc_now()
    outcomes = (pipeline.process(raw, now=now) for raw, _ in messages(load_texts(articles), count, start=start))
    return [outcome for outcome in outcomes if isinstance(outcome, EnrichedArticle)]


def measure(articles: Path | None) -> None:
    """Print articles a second, when they are new and when all are duplicates."""
    found = enriched(articles, _ARTICLES)
    batches = [found[at : at + _BATCH] for at in range(0, len(found), _BATCH)]
    with tempfile.TemporaryDirectory() as folder:
        store = open_sqlite(Settings(database=Path(folder) / "bench.db"))
        first = seconds(lambda: [store.commit(batch) for batch in batches])
        again = seconds(lambda: [store.commit(batch) for batch in batches])
        store.close()
        size = (Path(folder) / "bench.db").stat().st_size
        bare = sqlite3.connect(Path(folder) / "bare.db")
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("PRAGMA synchronous=NORMAL")
        bare.execute("CREATE VIRTUAL TABLE texts USING fts5(title, body, tokenize='ascii')")
        rows = [[(fold(a.title), fold(a.body)) for a in batch] for batch in batches]

        def write() -> None:
            for batch in rows:
                with bare:
                    bare.executemany("INSERT INTO texts VALUES (?, ?)", batch)

        floor = seconds(write)
        bare.close()
    header("what", "articles/s", "against FTS5 alone")
    row("FTS5 alone, title and body, tokens made before", f"{len(found) / floor:,.0f}", 1.0)
    row("store, first pass", f"{len(found) / first:,.0f}", floor / first)
    row("store, all duplicates", f"{len(found) / again:,.0f}", floor / again)
    print(f"\n{size / len(found):,.0f} bytes an article on disk")
