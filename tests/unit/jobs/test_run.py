import gc
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from prometheus_client import CollectorRegistry
from tests.unit.core.test_pipeline import pipeline

from wirewatch.adapters.memory.store import MemoryStore
from wirewatch.adapters.snowball import SnowballStemmer
from wirewatch.core.article import Checkpoint, DeadLetter, EnrichedArticle, Entity
from wirewatch.core.errors import DataFileError, SourceError, Unavailable
from wirewatch.core.outcome import Rejected
from wirewatch.core.pipeline import Pipeline
from wirewatch.core.search.analysis import Analyser
from wirewatch.core.text.document import Document
from wirewatch.jobs.run import EmbeddedRun
from wirewatch.metrics import Metrics
from wirewatch.ports.source import Record
from wirewatch.ports.store import EmbeddedStore, PutResult
from wirewatch.runtime.reject_limit import TooManyRejected

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Listed:
    """A source in memory; ``faults`` says behind which record it breaks."""

    name = "listed"
    total = None

    def __init__(self, *raws: bytes | Record, breaks_at: int | None = None) -> None:
        self._raws = raws
        self._breaks_at = breaks_at

    def records(self, after: Checkpoint | None) -> Iterator[Record]:
        for number, raw in enumerate(self._raws):
            if number == self._breaks_at:
                raise SourceError("listed: can't be read")
            if after is None or number >= after.position:
                yield raw if isinstance(raw, Record) else Record(raw, number, number + 1)

    def checkpoint(self, position: int) -> Checkpoint:
        return Checkpoint(source=self.name, position=position)


class Failing:
    """An EntityTagging that fails on an article in a way nobody foresaw, or lacks its model."""

    def tag(self, document: Document) -> tuple[Entity, ...]:
        if "crash" in document.fields[-1].folded:
            raise KeyError("secret words of the article")
        if "damaged" in document.fields[-1].folded:
            raise DataFileError("model.npz: damaged; install the package again")
        return ()


def failing() -> Pipeline:
    path = endless()
    path._tools = replace(path._tools, entities=Failing())
    return path


def message(number: int, **fields: object) -> bytes:
    return json.dumps({"title": f"Sanktionen {number}", "body": "Putin sprach.", "url": f"https://n.example/{number}", **fields}).encode()


def store() -> MemoryStore:
    return MemoryStore(Analyser(SnowballStemmer()))


def worker(into: EmbeddedStore, **options: object) -> EmbeddedRun:
    defaults: dict[str, object] = {"batch_articles": 3, "batch_seconds": 60.0, "reject_limit": 5, "pipeline": endless()}
    return EmbeddedRun(store=into, metrics=Metrics(CollectorRegistry(), topics=["sanctions"]), clock=lambda: NOW, **{**defaults, **options})  # type: ignore[arg-type]  # options differ in type


def endless() -> Pipeline:
    path = pipeline()
    path._timer = lambda: 0.0
    return path


def sample(run: EmbeddedRun, name: str, **labels: str) -> float:
    return run._metrics.registry.get_sample_value(name, labels) or 0.0


def test_articles_go_in_and_everything_is_counted() -> None:
    into = store()
    run = worker(into)
    summary = run.run([Listed(message(1), message(2), b"broken", message(1, title="noch einmal"), message(3))])
    assert (summary.read, summary.indexed, summary.duplicate, dict(summary.rejected)) == (5, 3, 1, {"invalid_json": 1})
    assert summary.topics == {"sanctions": 3}
    assert summary.entities == {("Wladimir Putin", "PER"): 3}
    assert summary.flags == {"undated": 3}
    assert not summary.stopped
    processed = {
        result: sample(run, "wirewatch_articles_processed_total", result=result) for result in ("indexed", "duplicate", "rejected")
    }
    assert processed == {"indexed": 3, "duplicate": 1, "rejected": 1}
    assert sample(run, "wirewatch_articles_received_total") == 5
    assert sample(run, "wirewatch_articles_in_flight") == 0
    assert sample(run, "wirewatch_dead_letters_total", reason="invalid_json") == 1
    assert sample(run, "wirewatch_topics_tagged_total", topic="sanctions") == 3
    total, (letter,) = into.dead_letters.find()
    assert total == 1
    assert (letter.raw, letter.reason, letter.origin.topic, letter.origin.offset) == (b"broken", "invalid_json", "listed", 2)


def test_it_goes_on_from_the_checkpoint_unless_told_otherwise() -> None:
    into = store()
    worker(into).run([Listed(message(1), message(2))])
    again = worker(into).run([Listed(message(1), message(2), message(3))])
    assert (again.read, again.indexed, again.resumed) == (1, 1, ["listed"])
    anew = worker(into).run([Listed(message(1), message(2), message(3))], from_start=True)
    assert (anew.read, anew.duplicate, anew.resumed) == (3, 3, [])


def test_a_fault_that_the_reader_found_is_a_dead_letter() -> None:
    into = store()
    summary = worker(into).run([Listed(Record(b"a,b,c", 0, 1, ("invalid_record", "3 columns instead of 2")))])
    assert summary.rejected == {"invalid_record": 1}
    assert into.dead_letters.find()[1][0].detail == "3 columns instead of 2"


def test_an_article_that_crashes_a_step_does_not_stop_the_others_and_is_not_quoted() -> None:
    into = store()
    summary = worker(into, pipeline=failing()).run([Listed(message(1, body="crash"), message(2))])
    assert (summary.indexed, summary.rejected) == (1, {"crashed": 1})
    (letter,) = into.dead_letters.find()[1]
    assert letter.detail == "KeyError in or after the step entities; please report it with the message"


def test_a_model_that_is_damaged_is_no_fault_of_the_articles() -> None:
    into = store()
    run = worker(into, pipeline=failing())
    with pytest.raises(DataFileError, match="install the package again"):
        run.run([Listed(message(1), message(2, body="damaged"), message(3))])
    assert (run.summary.indexed, into.dead_letters.find()[0]) == (1, 0)


def test_too_many_rejected_in_a_row_stop_the_run_and_stay() -> None:
    into = store()
    run = worker(into)
    with pytest.raises(TooManyRejected, match=r"5 messages in a row.*invalid_json.*listed"):
        run.run([Listed(message(1), *[b"no"] * 9)])
    assert into.dead_letters.find()[0] == 5
    assert run.summary.indexed == 1
    good_between = [b"no", b"no", message(1)] * 4
    assert worker(store()).run([Listed(*good_between)]).rejected == {"invalid_json": 8}


def test_what_was_read_before_a_source_broke_is_kept() -> None:
    into = store()
    run = worker(into, batch_articles=100)
    with pytest.raises(SourceError):
        run.run([Listed(message(1), message(2), message(3), breaks_at=2)])
    assert run.summary.indexed == 2
    assert into.checkpoint("listed") == Checkpoint(source="listed", position=2)


class Full(MemoryStore):
    """Takes one commit and no more."""

    commits = 0

    def commit(
        self, articles: Sequence[EnrichedArticle], dead: Sequence[DeadLetter] = (), checkpoint: Checkpoint | None = None
    ) -> list[PutResult]:
        self.commits += 1
        if self.commits > 1:
            raise Unavailable("disk full")
        return super().commit(articles, dead, checkpoint)


def test_a_store_that_fails_ends_the_run_behind_the_last_commit() -> None:
    into = Full(Analyser(SnowballStemmer()))
    run = worker(into, batch_articles=2)
    with pytest.raises(Unavailable):
        run.run([Listed(*map(message, range(5)))])
    assert run.summary.indexed == 2
    assert into.checkpoint("listed") == Checkpoint(source="listed", position=2)
    assert sample(run, "wirewatch_articles_in_flight") == 2


def test_told_to_stop_it_commits_what_it_has() -> None:
    into = store()
    answers = iter([False, False, True])
    summary = worker(into, batch_articles=100, should_stop=lambda: next(answers)).run([Listed(*map(message, range(9)))])
    assert (summary.read, summary.indexed, summary.stopped) == (3, 3, True)
    assert into.checkpoint("listed") == Checkpoint(source="listed", position=3)


def test_a_waiting_source_leaves_nothing_uncommitted() -> None:
    into = store()
    run = worker(into, batch_articles=100)

    class Waiting(Listed):
        def records(self, after: Checkpoint | None) -> Iterator[Record]:
            yield from super().records(after)
            run.flush()
            assert into.get(article_ids[0])

    article = endless().process(message(1), now=NOW)
    assert isinstance(article, EnrichedArticle)
    article_ids = [article.id]
    assert run.health.not_ready() == "no source is open yet"
    run.run([Waiting(message(1))])
    assert run.health.not_ready() is None


def test_an_old_batch_is_committed_though_it_is_small() -> None:
    into = Full(Analyser(SnowballStemmer()))
    with pytest.raises(Unavailable):
        worker(into, batch_articles=100, batch_seconds=0.0).run([Listed(message(1), message(2))])


def test_stuck_is_told_apart_from_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    run = worker(store())
    assert run.health.stuck() is None
    moved = run._pulse.last
    monkeypatch.setattr(run._pulse, "_now", lambda: moved + 200)
    assert run.health.stuck() == "nothing has moved for 200 s"
    run.flush()
    assert run.health.stuck() is None


def test_garbage_is_collected_as_before_once_a_run_has_ended() -> None:
    before = gc.get_threshold(), gc.get_freeze_count()
    seen = []

    def process(raw: bytes, *, now: datetime, backfill: bool = False) -> EnrichedArticle | Rejected:
        seen.append(gc.get_threshold())
        return path.process(raw, now=now, backfill=backfill)

    path, watched = endless(), endless()
    watched.process = process  # type: ignore[method-assign]
    worker(store(), pipeline=watched).run([Listed(message(1))])
    with pytest.raises(SourceError):
        worker(store()).run([Listed(message(1), breaks_at=0)])
    assert seen[0] > before[0]
    assert (gc.get_threshold(), gc.get_freeze_count()) == before
