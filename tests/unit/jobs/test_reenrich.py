"""Stored articles enriched anew, in stores of both kinds."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import count
from pathlib import Path

import msgspec
import pytest
from tests.support.articles import NOON, VERSIONS, analyser, article

from wirewatch.adapters.memory.store import MemoryStore
from wirewatch.adapters.sqlite.store import SqliteStore
from wirewatch.bootstrap.taggers import Taggers, build_pipeline, build_taggers
from wirewatch.core.article import EnrichedArticle, Topic
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.core.search.parser import parse
from wirewatch.core.search.query import And, QueryError
from wirewatch.jobs.reenrich import Reenriched, Reenrichment, selection
from wirewatch.ports.store import EmbeddedStore, PutResult
from wirewatch.settings import Settings

NEW = msgspec.structs.replace(VERSIONS, topics="4")
HARBOURS = """
id: harbours
labels: {en: harbours}
languages:
  de:
    terms: ["*hafen"]
"""


class Tagging:
    """Gives every article one topic, but for those that it fails on."""

    def __init__(self, fails_on: Sequence[str] = ()) -> None:
        self._fails_on = fails_on

    def reenrich(self, article: EnrichedArticle) -> EnrichedArticle | Rejected:
        if article.id in self._fails_on:
            return Rejected(Reason.CRASHED, "IndexError in or after the step topics")
        return msgspec.structs.replace(article, topics=(Topic("new", 1.0, ()),), topic_ids=("new",), versions=NEW)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EmbeddedStore]:
    opened = MemoryStore(analyser()) if request.param == "memory" else SqliteStore(tmp_path / "store.db", analyser=analyser())
    yield opened
    opened.close()


def run(store: EmbeddedStore, query: str = "", *, force: bool = False, fails_on: Sequence[str] = ()) -> Reenriched:
    return Reenrichment(pipeline=Tagging(fails_on), versions=NEW, store=store).run(parse(query), force=force)


def figures(summary: Reenriched) -> tuple[int, ...]:
    return summary.looked_at, summary.enriched, summary.up_to_date, summary.newer, summary.failed.total()


def total(store: EmbeddedStore, query: str) -> int:
    return store.search(parse(query), limit=1).total


def test_a_whole_store_of_few_moments(store: EmbeddedStore) -> None:
    """Many articles of one second are replaced while the scan is among them."""
    many = [article(f"a{number:04}", f"Gipfel {number}", time=NOON + timedelta(seconds=number % 3)) for number in range(2_000)]
    store.put(many)
    newest = [hit.article.id for hit in store.search(parse(""), sort="newest", limit=2_000).hits]
    assert figures(run(store)) == (2_000, 2_000, 0, 0, 0)
    assert total(store, "topic:new gipfel") == total(store, "") == 2_000
    assert figures(run(store)) == (2_000, 0, 2_000, 0, 0)
    assert figures(run(store, force=True)) == (2_000, 2_000, 0, 0, 0)
    assert [hit.article.id for hit in store.search(parse(""), sort="newest", limit=2_000).hits] == newest


def test_articles_that_leave_the_query_while_it_is_gone_through(store: EmbeddedStore) -> None:
    store.put([article(f"a{number}", topics=["old"]) for number in range(600)])
    assert figures(run(store, "topic:old")) == (600, 600, 0, 0, 0)
    assert (total(store, "topic:old"), total(store, "topic:new")) == (0, 600)


def test_new_articles_and_kept_places_do_not_collide(store: EmbeddedStore) -> None:
    store.put([article("a"), article("b"), article("c", time=NOON + timedelta(seconds=1))])
    moved = article("c")
    assert store.put([article("d"), moved, article("b", "neu")], replace=True) == [PutResult.INDEXED] * 3
    assert [hit.article.id for hit in store.search(parse(""), sort="oldest").hits][:2] == ["a", "b"]
    assert total(store, "") == 4
    assert total(store, "neu") == 1


def test_what_is_up_to_date_is_skipped_and_only_the_query_is_touched(store: EmbeddedStore) -> None:
    store.put([article("a", "Gipfel"), msgspec.structs.replace(article("b", "Gipfel"), versions=NEW), article("c", "Markt")])
    assert figures(run(store, "gipfel")) == (2, 1, 1, 0, 0)
    untouched = store.get("c")
    assert untouched
    assert untouched.versions == VERSIONS


class Corrected(MemoryStore):
    """A correction of article "b" arrives before anything is put."""

    def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> list[PutResult]:
        super().put([article("b", "Berichtigt", updated_at=NOON)])
        return super().put(articles, replace=replace)


def test_a_correction_that_arrived_meanwhile_wins() -> None:
    store = Corrected(analyser())
    MemoryStore.put(store, [article("a"), article("b", "Entwurf")])
    assert figures(run(store)) == (2, 1, 0, 1, 0)
    kept = store.get("b")
    assert kept
    assert (kept.title, kept.topic_ids) == ("Berichtigt", ())


def test_an_article_that_crashes_is_left_as_it_is(store: EmbeddedStore) -> None:
    before = article("b", body="Text, der nirgends sonst stehen darf")
    store.put([article("a"), before, article("c")])
    summary = run(store, fails_on=["b"])
    assert figures(summary) == (3, 2, 0, 0, 1)
    assert (summary.failed, summary.failed_ids) == ({"crashed: IndexError in or after the step topics": 1}, ["b"])
    assert store.get("b") == before
    assert figures(run(store)) == (3, 1, 2, 0, 0)


class Refusing(MemoryStore):
    """Takes nothing back."""

    def put(self, articles: Sequence[EnrichedArticle], *, replace: bool = False) -> list[PutResult]:
        refusal = Rejected(Reason.STORE_REFUSED, "too long")
        return [refusal for _ in articles] if replace else super().put(articles)  # type: ignore[misc]


def test_what_the_store_refuses_is_counted_and_the_first_are_named() -> None:
    store = Refusing(analyser())
    store.put([article(f"a{number:02}") for number in range(12)])
    summary = run(store)
    assert (figures(summary), summary.failed) == ((12, 0, 0, 0, 12), {"store_refused: too long": 12})
    assert summary.failed_ids == [f"a{number:02}" for number in range(10)]


def test_a_stop_puts_what_was_begun_and_the_next_run_goes_on(store: EmbeddedStore) -> None:
    store.put([article(f"a{number}") for number in range(700)])
    asked, told = count(1), list[int]()
    stop: Callable[[], bool] = lambda: next(asked) >= 300  # noqa: E731 - shorter than a function of its own
    summary = Reenrichment(pipeline=Tagging(), versions=NEW, store=store, should_stop=stop, advanced=told.append).run(parse(""))
    assert (figures(summary), summary.stopped, told) == ((300, 300, 0, 0, 0), True, [256, 300])
    assert figures(run(store)) == (700, 400, 300, 0, 0)


def taggers(*folders: Path) -> tuple[Settings, Taggers]:
    settings = Settings(topic_directories=folders)
    return settings, build_taggers(settings)


def test_a_topic_of_ones_own_is_found_in_what_was_stored_before(store: EmbeddedStore, tmp_path: Path) -> None:
    settings, shipped = taggers()
    first = build_pipeline(settings, shipped).process(b'{"title": "Streit um den Containerhafen", "language": "de"}', now=NOON)
    assert isinstance(first, EnrichedArticle)
    store.put([first])
    (tmp_path / "topics").mkdir()
    (tmp_path / "topics" / "harbours.yaml").write_text(HARBOURS)
    settings, own = taggers(tmp_path / "topics")
    worker = Reenrichment(pipeline=build_pipeline(settings, own), versions=own.versions, store=store)
    assert figures(worker.run(parse(""))) == (1, 1, 0, 0, 0)
    assert total(store, "topic:harbours streit") == 1
    after = store.get(first.id)
    assert after
    assert (after.topic_ids, after.versions.topics != first.versions.topics) == (("harbours",), True)


def test_the_selection_joins_query_and_dates() -> None:
    assert selection("") == parse("")
    assert selection("", since="2026-11-01") == parse("after:2026-11-01")
    assert selection("a OR b", until="2026") == And((parse("a OR b"), parse("before:2026")))
    assert selection("a b", since="2026-11", until="2026-12-01T06:00Z") == parse("a b after:2026-11 before:2026-12-01T06:00Z")


@pytest.mark.parametrize("bad", ["gestern", "", '2026" OR "x', "2026 OR x", "2026-13-01"])
def test_a_date_that_is_none_is_told(bad: str) -> None:
    with pytest.raises(QueryError):
        selection("", since=bad)
