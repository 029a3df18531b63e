"""``lag``: how far the workers are behind."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import msgspec
import typer
from rich.table import Table
from rich.text import Text

from wirewatch.bootstrap.kafka import WAIT_SECONDS, measure_lag
from wirewatch.bootstrap.workers import lag_meter
from wirewatch.cli.options import AsJson, Wait, settings_from, stop_on_signal, tell
from wirewatch.cli.terminal import output
from wirewatch.ports.broker import Lag


def lag(
    *,
    metrics_port: Annotated[
        int | None, typer.Option(help="Keep measuring, and serve the figures at /metrics, with /healthz and /readyz, on this port.")
    ] = None,
    every: Annotated[float, typer.Option(min=1, metavar="SECONDS", help="With --metrics-port: how often to measure.")] = 15,
    wait: Wait = WAIT_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Show how many messages each worker still has to do, and how long the oldest has waited. Measured at the broker, not in the worker.

    Examples: `wirewatch lag` · `wirewatch lag --metrics-port 9465`
    """
    settings = settings_from(metrics_port=metrics_port)
    if metrics_port:
        with stop_on_signal() as stop, lag_meter(settings, every_seconds=every, tell=tell, stop=stop) as meter:
            meter.run()
        return
    lags = measure_lag(settings, datetime.now(UTC), wait_seconds=wait, tell=tell)
    if as_json:
        typer.echo(msgspec.json.encode([_figures(lag) for lag in lags]))
    else:
        output().print(_table(lags))


def _figures(lag: Lag) -> dict[str, object]:
    return {**msgspec.structs.asdict(lag), "records": lag.records, "seconds": lag.seconds}


def _table(lags: Sequence[Lag]) -> Table:
    table = Table("group", "topic", "records", "oldest", "partitions behind", box=None)
    for lag in lags:
        behind = sum(partition.records > 0 for partition in lag.partitions)
        oldest = _duration(lag.seconds) if lag.records else "–"
        detail = f"{behind} of {len(lag.partitions)}" + ("" if lag.started else "; the group has never committed here")
        table.add_row(*map(Text, (lag.group, lag.topic, f"{lag.records:,}", oldest, detail)))
    return table


def _duration(seconds: float) -> str:
    for name, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"
