"""Puts together what runs until it is stopped: the workers on Kafka, and the meter of their lag."""

import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from threading import Event

from wirewatch.adapters.kafka.catalogue import BACKFILL, DEAD, ENRICHED, READS, group_name, load_kafka_topics, topic_name
from wirewatch.adapters.kafka.faust_worker import FaustWorker
from wirewatch.bootstrap.access import kafka_access
from wirewatch.bootstrap.kafka import measure_lag
from wirewatch.bootstrap.serving import build_lag_metrics, build_metrics, status_server, utc_now
from wirewatch.bootstrap.stores import elastic_setup, open_elastic
from wirewatch.bootstrap.taggers import build_taggers, load_pipeline
from wirewatch.metrics import Metrics
from wirewatch.ports.signals import Tell
from wirewatch.runtime.backoff import Outage, StoreRetry
from wirewatch.runtime.delivery import Sender
from wirewatch.runtime.health import WorkerHealth
from wirewatch.runtime.in_flight import Handler, InFlight
from wirewatch.runtime.pool import EnrichPool
from wirewatch.runtime.reject_limit import RejectLimit
from wirewatch.settings import Settings
from wirewatch.workers.enrich import EnrichHandler
from wirewatch.workers.index import IndexHandler
from wirewatch.workers.lag import LagMeter

# History may have this share of what is in flight.
_BACKFILL_SHARE = 4


def run_enrich(settings: Settings) -> None:
    """Run an enrich worker until a signal ends it."""
    # Faults in rules, names and models are found here, before any message is touched.
    taggers = build_taggers(settings)
    metrics = build_metrics(taggers)
    del taggers
    worker = _worker(settings, "enrich")
    sender = _sender(settings, worker, metrics)
    pool = EnrichPool(
        partial(load_pipeline, settings),
        metrics,
        processes=settings.worker_processes or len(os.sched_getaffinity(0)),
        timeout_seconds=settings.enrich_timeout_seconds,
        memory_mib=settings.worker_process_mib,
    )
    name = partial(topic_name, settings.kafka_prefix)
    handler = EnrichHandler(pool, sender, metrics, topic=name(ENRICHED), backfill_topic=name(BACKFILL))
    with closing(pool):
        _run(settings, worker, handler, metrics, faults=lambda: sender.fault, before=pool.start)


def check_store(settings: Settings, *, wait_seconds: float, tell: Tell) -> None:
    """See that the store answers and is set up. Raises Unavailable, Refused."""
    elastic_setup(settings).check(wait_seconds=wait_seconds, tell=tell)


def run_index(settings: Settings) -> None:
    """Run an index worker until a signal ends it."""
    metrics = build_metrics()
    worker = _worker(settings, "index")
    sender = _sender(settings, worker, metrics)
    outage, stop = Outage("store", metrics), Event()
    store = open_elastic(settings, retry=StoreRetry(outage, stop=stop))
    handler = IndexHandler(store, sender, metrics, clock=utc_now)
    with closing(store), closing(handler):
        try:
            _run(settings, worker, handler, metrics, faults=lambda: outage.fault or sender.fault)
        finally:
            stop.set()


@contextmanager
def lag_meter(settings: Settings, *, every_seconds: float, tell: Tell, stop: Event) -> Iterator[LagMeter]:
    """What keeps measuring the lag until ``stop`` is set, its metrics served. Raises Refused where the port is taken."""
    kafka_access(settings)
    metrics = build_lag_metrics()
    meter = LagMeter(
        measure=lambda: measure_lag(settings, utc_now()),
        metrics=metrics,
        clock=utc_now,
        every_seconds=every_seconds,
        sleep=stop.wait,
        tell=tell,
    )
    with status_server(settings, metrics.registry, meter.health):
        yield meter


def _worker(settings: Settings, name: str) -> FaustWorker:
    return FaustWorker(
        kafka_access(settings),
        group=group_name(settings.kafka_prefix, name),
        topics=[topic_name(settings.kafka_prefix, topic) for topic in READS[name]],
        drain_seconds=settings.worker_drain_seconds,
        max_message_bytes=max(topic.max_message_bytes for topic in load_kafka_topics().values()),
    )


def _sender(settings: Settings, publisher: FaustWorker, metrics: Metrics) -> Sender:
    return Sender(
        publisher,
        metrics,
        dead_topic=topic_name(settings.kafka_prefix, DEAD),
        clock=utc_now,
        limit=RejectLimit(settings.reject_limit),
    )


def _run(
    settings: Settings,
    worker: FaustWorker,
    handler: Handler,
    metrics: Metrics,
    *,
    faults: Callable[[], str | None],
    before: Callable[[], Awaitable[None]] | None = None,
) -> None:
    lanes = (settings.worker_in_flight, max(1, settings.worker_in_flight // _BACKFILL_SHARE))
    in_flight = InFlight(handler, metrics, in_flight=lanes)
    health = WorkerHealth(
        in_flight=lambda: in_flight.unacknowledged, moves=lambda: in_flight.moves, joined=lambda: worker.joined, faults=faults
    )
    with status_server(settings, metrics.registry, health):
        worker.run(in_flight, before=before, beat=health.beat)
