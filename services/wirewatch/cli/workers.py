"""``enrich`` and ``index``: the workers on Kafka. Start as many of each as you like."""

import math
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from wirewatch.bootstrap.kafka import check_topics
from wirewatch.bootstrap.workers import check_store, run_enrich, run_index
from wirewatch.cli.options import Fast, settings_from, stop_on_signal, tell
from wirewatch.logs import capture_library_logs
from wirewatch.runtime.supervisor import end_with_supervisor, supervise
from wirewatch.settings import Settings

# A restart would not help: it ended as it should, or a setting must be changed.
_FINAL = frozenset({0, 2})

Once = Annotated[
    bool,
    typer.Option("--once", help="Exit when the worker fails, for those who start it again themselves, such as containers."),
]
Wait = Annotated[float | None, typer.Option(help="Seconds to wait for a server that does not answer at start [default: for ever].")]
MetricsPort = Annotated[int | None, typer.Option(help="Serve /metrics, /healthz and /readyz on this port.")]
Supervised = Annotated[bool, typer.Option("--supervised", hidden=True)]


def enrich(
    *,
    metrics_port: MetricsPort = None,
    wait: Wait = None,
    once: Once = False,
    fast: Fast = False,
    supervised: Supervised = False,
) -> None:
    """Work on Kafka: read articles, find language, names and topics, and send enriched articles on. Start as many as you like.

    Examples: `wirewatch enrich --metrics-port 9464` · `wirewatch enrich --once --wait 60`
    """
    settings = settings_from(fast=fast, metrics_port=metrics_port)
    check_topics(settings, "enrich", wait_seconds=_seconds(wait), tell=tell)
    _work(settings, run_enrich, once=once or supervised, supervised=supervised)


def index(
    *,
    metrics_port: MetricsPort = None,
    wait: Wait = None,
    once: Once = False,
    supervised: Supervised = False,
) -> None:
    """Work on Kafka: put enriched articles into Elasticsearch. Start as many as you like.

    Example: `wirewatch index --metrics-port 9465`
    """
    settings = settings_from(metrics_port=metrics_port)
    check_topics(settings, "index", wait_seconds=_seconds(wait), tell=tell)
    check_store(settings, wait_seconds=_seconds(wait), tell=tell)
    _work(settings, run_index, once=once or supervised, supervised=supervised)


def _work(settings: Settings, run: Callable[[Settings], None], *, once: bool, supervised: bool) -> None:
    if once:
        capture_library_logs(settings)
        if supervised:
            end_with_supervisor()
        run(settings)
        return
    with stop_on_signal() as stop:
        code = supervise([sys.argv[0], *sys.argv[1:], "--supervised"], final_codes=_FINAL, stop=stop)
    raise typer.Exit(code)


def _seconds(wait: float | None) -> float:
    return math.inf if wait is None else wait
