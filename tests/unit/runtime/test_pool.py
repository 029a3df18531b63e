"""Real processes that enrich, die and hang."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.support.engines import wait_until
from tests.support.messages import NOON, metrics
from tests.unit.core.test_pipeline import Putin, pipeline

from wirewatch.core.article import EnrichedArticle, Entity
from wirewatch.core.errors import DataFileError
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.core.pipeline import Pipeline
from wirewatch.core.text.document import Document
from wirewatch.runtime.pool import Enriched, EnrichPool, Raw

GOOD = b'{"title": "Neue Sanktionen", "body": "Putin sprach.", "published_at": "2026-11-24T11:00:00Z"}'


class Dangerous:
    """An EntityTagging that dies, hangs or fails as the headline says."""

    def tag(self, document: Document) -> tuple[Entity, ...]:
        match document.fields[0].text:
            case "KILL":
                os.kill(os.getpid(), signal.SIGKILL)
            case "HANG":
                time.sleep(600)
            case "FAIL":
                raise KeyError("secret words of the article")
            case "DAMAGED":
                raise DataFileError("model.npz: damaged; install the package again")
        return Putin().tag(document)


def dangerous() -> Pipeline:
    return Pipeline(replace(pipeline()._tools, entities=Dangerous()), timer=time.perf_counter)


def unusable() -> Pipeline:
    raise ValueError("no rules")


def with_pool(test: Callable[[EnrichPool], Any], **options: Any) -> Any:
    make, found = options.pop("make", dangerous), options.pop("found", metrics())
    pool = EnrichPool(make, found, **{"processes": 2, "timeout_seconds": 60.0, "memory_mib": 4_096, **options})
    try:
        return asyncio.run(test(pool))
    finally:
        pool.close()


def raw(value: bytes, *, backfill: bool = False) -> Raw:
    return Raw(value, NOON, backfill)


def test_articles_come_back_enriched_in_their_order_and_counted() -> None:
    found = metrics()

    async def test(pool: EnrichPool) -> Any:
        await pool.start()
        return await pool.enrich([raw(GOOD), raw(b"{broken"), raw(GOOD, backfill=True), raw(b'{"title": "FAIL"}')])

    first, broken, history, failed = with_pool(test, found=found)
    assert isinstance(first, Enriched)
    article = msgspec.json.decode(first.value, type=EnrichedArticle)
    assert (article.id, article.first_seen_at, article.backfill) == (first.id, NOON, False)
    assert (first.counted.topics, first.counted.entities, first.counted.publish_delay) == (("sanctions",), ("PER",), 3_600.0)
    assert broken.reason is Reason.INVALID_JSON
    assert msgspec.json.decode(history.value, type=EnrichedArticle).backfill
    assert history.counted.publish_delay is None
    assert failed == Rejected(Reason.CRASHED, "KeyError in or after the step entities; please report it with the message")
    assert found.registry.get_sample_value("wirewatch_stage_seconds_total", {"stage": "decode"})


def test_a_model_that_is_damaged_ends_the_worker() -> None:
    async def test(pool: EnrichPool) -> Any:
        return await pool.enrich([raw(GOOD), raw(b'{"title": "DAMAGED"}')])

    with pytest.raises(DataFileError, match="install the package again"):
        with_pool(test)


def test_one_that_kills_its_process_takes_none_of_its_neighbours_along() -> None:
    async def test(pool: EnrichPool) -> Any:
        deadly = [raw(GOOD), raw(b'{"title": "KILL"}'), raw(GOOD)]
        return await asyncio.gather(*(pool.enrich(batch) for batch in (deadly, [raw(GOOD)] * 3, deadly)))

    outcomes = with_pool(test)
    reasons = [[outcome.reason if isinstance(outcome, Rejected) else "" for outcome in batch] for batch in outcomes]
    assert reasons == [["", "process_died", ""], ["", "", ""], ["", "process_died", ""]]


def test_batches_that_wait_in_a_pool_that_breaks_are_tried_again() -> None:
    async def test(pool: EnrichPool) -> Any:
        await pool.start()
        pool._timeout = 4.0
        batches = [[raw(GOOD), raw(b'{"title": "HANG"}')], *([raw(GOOD)] for _ in range(6))]
        async with asyncio.timeout(120):
            return await asyncio.gather(*map(pool.enrich, batches))

    outcomes = with_pool(test, processes=1)
    assert [[isinstance(outcome, Enriched) for outcome in batch] for batch in outcomes] == [[True, False], *[[True]] * 6]


def test_one_that_hangs_is_given_up_and_its_neighbours_are_not() -> None:
    async def test(pool: EnrichPool) -> Any:
        await pool.start()
        pool._timeout = 3.0
        return await pool.enrich([raw(GOOD), raw(b'{"title": "HANG"}'), raw(GOOD)])

    first, hung, last = with_pool(test)
    assert isinstance(first, Enriched)
    assert hung == Rejected(Reason.TIMED_OUT, "not enriched within 3 s; enrich_timeout_seconds")
    assert isinstance(last, Enriched)


def test_processes_that_have_grown_are_replaced() -> None:
    async def test(pool: EnrichPool) -> Any:
        await pool.start()
        first = pool._pool
        outcomes = [await pool.enrich([raw(GOOD)]) for _ in range(3)]
        assert pool._pool is not first
        return outcomes

    assert all(isinstance(outcome, Enriched) for batch in with_pool(test, memory_mib=1) for outcome in batch)


def test_a_pool_that_can_not_start_says_so() -> None:
    async def test(pool: EnrichPool) -> Any:
        await pool.start()

    with pytest.raises(Exception, match="process"):
        with_pool(test, make=unusable)


PARENT = """
import asyncio, sys, time
from tests.support.engines import wait_until
from tests.support.messages import metrics
from tests.unit.runtime.test_pool import dangerous
from wirewatch.runtime.pool import Enriched, Raw, EnrichPool
if __name__ == "__main__":
    pool = EnrichPool(dangerous, metrics(), processes=1, timeout_seconds=60.0, memory_mib=4096)
    asyncio.run(pool.start())
    print(*pool._pool._processes, flush=True)
    time.sleep(600)
"""


def test_children_end_with_their_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT)
    root = Path(__file__).parents[3]
    with subprocess.Popen([sys.executable, script], env=os.environ | {"PYTHONPATH": str(root)}, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.kill()
    wait_until(lambda: not alive(child), 20, "the child ends")


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
