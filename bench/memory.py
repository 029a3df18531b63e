"""Whether memory stays flat over 100,000 articles."""

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from threading import Event

from bench.figures import header, resident_mib, row
from bench.texts import load_texts, messages
from wirewatch.bootstrap.jobs import build_run
from wirewatch.bootstrap.serving import build_metrics
from wirewatch.bootstrap.stores import open_sqlite
from wirewatch.bootstrap.taggers import build_taggers
from wirewatch.core.article import Checkpoint
from wirewatch.ports.source import Record
from wirewatch.settings import Settings

_ARTICLES = 100_000
_STEP = 10_000


class Endless:
    """A source that makes messages as they are read, each with a word that no other one has."""

    name = "bench"
    total = None

    def __init__(self, articles: Path | None) -> None:
        self._texts = load_texts(articles)

    def records(self, after: Checkpoint | None) -> Iterator[Record]:
        """Yield messages after the checkpoint."""
        start = after.position if after else 0
        for number, (raw, _) in enumerate(messages(self._texts, 10**9, start=start), start):
            yield Record(raw.replace(b'"body": "', b'"body": "Kennwort%d ' % number, 1), number, number + 1)

    def checkpoint(self, position: int) -> Checkpoint:
        """Return the checkpoint of a position."""
        return Checkpoint(source=self.name, position=position)


class Slice:
    """The next ``count`` records of a source."""

    total = None

    def __init__(self, source: Endless, count: int) -> None:
        self.name = source.name
        self.checkpoint = source.checkpoint
        self._source = source
        self._count = count

    def records(self, after: Checkpoint | None) -> Iterator[Record]:
        """Yield them."""
        return islice(self._source.records(after), self._count)


def measure(articles: Path | None) -> None:
    """Print resident memory after each 10,000 articles."""
    taggers = build_taggers(Settings(name_models=False))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database=Path(folder) / "bench.db")
        store = open_sqlite(settings)
        metrics = build_metrics(taggers)
        worker = build_run(settings, taggers=taggers, store=store, metrics=metrics, progress=None, stop=Event())
        source = Endless(articles)
        header("articles", "resident MiB", "against the first 10,000")
        first = 0.0
        for done in range(_STEP, _ARTICLES + 1, _STEP):
            worker.run([Slice(source, _STEP)])
            resident = resident_mib()
            first = first or resident
            row(f"{done:,}", resident, resident / first)
        store.close()
