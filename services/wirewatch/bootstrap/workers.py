"""Puts together the workers that run on Kafka; see ``bootstrap`` for the rest."""

import os
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial
from threading import Event

from wirewatch.adapters.kafka.catalogue import BACKFILL, DEAD, ENRICHED, READS, group_name, load_topic_specs, topic_name
from wirewatch.adapters.kafka.faust_worker import FaustWorker
from wirewatch.bootstrap import taggers as bootstrap
from wirewatch.bootstrap.access import kafka_access
from wirewatch.bootstrap.stores import elastic_setup, elastic_store
from wirewatch.metrics import Metrics
from wirewatch.runtime.backoff import StoreRetry
from wirewatch.runtime.delivery import Outbox
from wirewatch.runtime.health import Health
from wirewatch.runtime.in_flight import Flow, Stage
from wirewatch.runtime.pool import EnrichPool
from wirewatch.runtime.reject_limit import Ceiling
from wirewatch.settings import Settings
from wirewatch.workers.enrich import EnrichStage
from wirewatch.workers.index import IndexStage

# History may have this share of what is in flight.
_BACKFILL_SHARE = 4


def run_enrich(settings: Settings) -> None:
    """Run an enrich worker until a signal ends it."""
    # Faults in rules, names and models are found here, before any message is touched.
    taggers = bootstrap.build_taggers(settings)
    metrics = bootstrap.build_metrics(taggers)
    del taggers
    worker = _worker(settings, "enrich")
    outbox = _outbox(settings, worker, metrics)
    pool = EnrichPool(
        partial(bootstrap.load_pipeline, settings),
        metrics,
        processes=settings.worker_processes or len(os.sched_getaffinity(0)),
        timeout_seconds=settings.enrich_timeout_seconds,
        memory_mib=settings.worker_process_mib,
    )
    name = partial(topic_name, settings.kafka_prefix)
    stage = EnrichStage(pool, outbox, metrics, topic=name(ENRICHED), backfill_topic=name(BACKFILL))
    with closing(pool):
        _run(settings, worker, stage, metrics, faults=lambda: outbox.fault, before=pool.start)


def check_store(settings: Settings, *, wait_seconds: float, tell: Callable[[str], None]) -> None:
    """See that the store answers and is set up. Raises Unavailable, Refused."""
    elastic_setup(settings).check(wait_seconds=wait_seconds, tell=tell)


def run_index(settings: Settings) -> None:
    """Run an index worker until a signal ends it."""
    metrics = bootstrap.build_metrics()
    worker = _worker(settings, "index")
    outbox = _outbox(settings, worker, metrics)
    stop = Event()
    retry = StoreRetry(metrics, stop=stop)
    store = elastic_store(settings, retry=retry)
    stage = IndexStage(store, outbox, metrics, clock=bootstrap.utc_now)
    with closing(store), closing(stage):
        try:
            _run(settings, worker, stage, metrics, faults=lambda: retry.fault or outbox.fault)
        finally:
            stop.set()


def _worker(settings: Settings, name: str) -> FaustWorker:
    return FaustWorker(
        kafka_access(settings),
        group=group_name(settings.kafka_prefix, name),
        topics=[topic_name(settings.kafka_prefix, topic) for topic in READS[name]],
        drain_seconds=settings.worker_drain_seconds,
        max_message_bytes=max(spec.max_message_bytes for spec in load_topic_specs().values()),
    )


def _outbox(settings: Settings, publisher: FaustWorker, metrics: Metrics) -> Outbox:
    return Outbox(
        publisher,
        metrics,
        dead_topic=topic_name(settings.kafka_prefix, DEAD),
        clock=bootstrap.utc_now,
        ceiling=Ceiling(settings.reject_ceiling),
    )


def _run(
    settings: Settings,
    worker: FaustWorker,
    stage: Stage,
    metrics: Metrics,
    *,
    faults: Callable[[], str | None],
    before: Callable[[], Awaitable[None]] | None = None,
) -> None:
    flow = Flow(stage, metrics, in_flight=(settings.worker_in_flight, max(1, settings.worker_in_flight // _BACKFILL_SHARE)))
    health = Health(in_flight=lambda: flow.unacknowledged, moves=lambda: flow.moves, joined=lambda: worker.joined, faults=faults)
    with bootstrap.status_server(settings, metrics, health):
        worker.run(flow, before=before, beat=health.beat)
