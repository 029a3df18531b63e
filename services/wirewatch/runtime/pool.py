"""Processes that enrich articles beside the event loop, so that one that dies or hangs costs one article, not its neighbours.

Processes are spawned, never forked: there are threads. A child watches its parent and ends with it (python/cpython#111873). When a pool
breaks or is too slow, each article of the batches that were in it is tried alone, one after the other, in a pool of one: so a death is the
fault of the article at hand. Processes that have grown are replaced as a whole pool (max_tasks_per_child can deadlock,
python/cpython#115634).
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from pathlib import Path
from resource import getpagesize
from typing import Protocol

import msgspec
import structlog
from msgspec import Struct

from wirewatch.core.ingest.cleaning import storable
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.core.pipeline import Pipeline
from wirewatch.metrics import Counted, Metrics

_log = structlog.get_logger()


class Raw(Struct, frozen=True):
    """A message's bytes on their way to a process that enriches them."""

    value: bytes
    first_seen_at: datetime
    backfill: bool


class Enriched(Struct, frozen=True, kw_only=True):
    """An enriched article as ``enriched.v1`` in JSON, and what is counted of it."""

    id: str
    value: bytes
    counted: Counted


class Enricher(Protocol):
    """Takes raw articles through the path, somewhere beside the event loop."""

    processes: int

    async def enrich(self, raws: Sequence[Raw]) -> Sequence[Enriched | Rejected]:
        """Give the outcomes in the same order."""
        ...


class _Batch(Struct, frozen=True):
    """What a child gives back: outcomes, the seconds each stage took, and the MiB it has resident."""

    outcomes: Sequence[Enriched | Rejected]
    seconds: Mapping[str, float]
    resident_mib: float


class EnrichPool:
    """An Enricher in spawned processes. Used inside one event loop."""

    def __init__(
        self, make_pipeline: Callable[[], Pipeline], metrics: Metrics, *, processes: int, timeout_seconds: float, memory_mib: float
    ) -> None:
        """``make_pipeline`` is called in each child, and must be picklable.

        A batch takes ``timeout_seconds`` at most, and so does an article alone; a child of more than ``memory_mib`` is replaced.
        """
        self.processes = processes
        self._make_pipeline = make_pipeline
        self._metrics = metrics
        self._timeout = timeout_seconds
        self._memory_mib = memory_mib
        self._pool: ProcessPoolExecutor | None = None
        self._suspects: ProcessPoolExecutor | None = None
        self._starting = asyncio.Lock()
        self._one_at_a_time = asyncio.Lock()

    async def start(self) -> None:
        """Return when a process is ready to enrich."""
        await self._ready()

    async def enrich(self, raws: Sequence[Raw]) -> Sequence[Enriched | Rejected]:
        pool = await self._ready()
        try:
            batch = await self._run(pool, raws, bound=self._timeout)
        except (BrokenProcessPool, TimeoutError) as error:
            if self._pool is pool:
                self._pool = None
                _kill(pool)
            _log.warning("pool_restarted", cause=type(error).__name__, articles=len(raws), advice="each of them is tried alone")
            self._metrics.retries.labels("process").inc()
            return [await self._alone(raw) for raw in raws]
        if batch.resident_mib > self._memory_mib and self._pool is pool:
            _log.info("pool_renewed", resident_mib=round(batch.resident_mib))
            self._pool = None
            # What it is at work on, it finishes.
            pool.shutdown(wait=False)
        return batch.outcomes

    def close(self) -> None:
        """End all processes."""
        for pool in filter(None, (self._pool, self._suspects)):
            _kill(pool)
        self._pool = self._suspects = None

    async def _ready(self) -> ProcessPoolExecutor:
        """The pool, once it has started: the time that takes is none of any article's."""
        async with self._starting:
            if self._pool is None:
                pool = _new_pool(self._make_pipeline, self.processes)
                await asyncio.gather(*(self._run(pool, (), bound=None) for _ in range(self.processes)))
                self._pool = pool
            return self._pool

    async def _alone(self, raw: Raw) -> Enriched | Rejected:
        """Try an article that may have killed a process; never two at once, or a healthy one would be blamed for the other."""
        async with self._one_at_a_time:
            pool = self._suspects = self._suspects or _new_pool(self._make_pipeline, 1)
            try:
                await self._run(pool, (), bound=None)
                return (await self._run(pool, (raw,), bound=self._timeout)).outcomes[0]
            except (BrokenProcessPool, TimeoutError) as error:
                self._suspects = None
                _kill(pool)
                if isinstance(error, BrokenProcessPool):
                    return Rejected(Reason.PROCESS_DIED, "the process that enriched it died, of memory or of a fault in a library")
                return Rejected(Reason.TIMED_OUT, f"not enriched within {self._timeout:g} s; enrich_timeout_seconds")

    async def _run(self, pool: ProcessPoolExecutor, raws: Sequence[Raw], *, bound: float | None) -> _Batch:
        try:
            future = pool.submit(_enrich, raws)
        except RuntimeError as error:  # another batch has found it broken, and shut it down
            raise BrokenProcessPool(str(error)) from error
        answer = asyncio.wrap_future(future)
        # Given up, not cancelled: a pool that breaks fails over a cancelled future, and never ends (its thread raises InvalidStateError).
        answer.add_done_callback(_noticed)
        done, _ = await asyncio.wait({answer}, timeout=bound)
        if not done:
            raise TimeoutError
        batch = answer.result()
        self._metrics.count_stages(batch.seconds)
        return batch


def _noticed(answer: asyncio.Future[_Batch]) -> None:
    """Look at the outcome of an answer that nobody awaits any more, so that asyncio does not complain about it."""
    if not answer.cancelled():
        answer.exception()


def _new_pool(make_pipeline: Callable[[], Pipeline], processes: int) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_begin, initargs=(make_pipeline,))


def _kill(pool: ProcessPoolExecutor) -> None:
    for process in list((pool._processes or {}).values()):  # noqa: SLF001 - there is no public way to end a process that hangs
        process.kill()
    # Futures that wait are given BrokenProcessPool.
    pool.shutdown(wait=False)


_pipelines: list[Pipeline] = []


def _begin(make_pipeline: Callable[[], Pipeline]) -> None:
    """Run first in a child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent:

        def follow() -> None:
            parent.join()
            os._exit(1)

        threading.Thread(target=follow, daemon=True).start()
    _pipelines.append(make_pipeline())


def _enrich(raws: Sequence[Raw]) -> _Batch:
    """Run in a child for each batch."""
    (pipeline,) = _pipelines
    outcomes = [enrich(pipeline, raw) for raw in raws]
    return _Batch(outcomes, pipeline.pop_seconds(), _resident_mib())


def enrich(pipeline: Pipeline, raw: Raw) -> Enriched | Rejected:
    """The outcome of one message."""
    outcome = pipeline.process(raw.value, now=raw.first_seen_at, backfill=raw.backfill)
    if isinstance(outcome, Rejected):
        return outcome
    article, value = storable(outcome, msgspec.json.encode)
    return Enriched(id=article.id, value=value, counted=Counted.of(article))


def _resident_mib() -> float:
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * getpagesize() / 2**20
    except OSError:  # not Linux
        return 0.0
