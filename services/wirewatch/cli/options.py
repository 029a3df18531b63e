"""Options that several verbs share, and how settings are read for all of them."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Annotated, Any

import typer

from wirewatch.cli.terminal import talk
from wirewatch.logs import configure_logs
from wirewatch.settings import Settings, load_settings

# Exit code: some messages could not be used.
PARTLY_DONE = 4
Sources = Annotated[
    list[str],
    typer.Argument(help="Files (JSON lines, JSON, CSV, RSS, Atom; also .gz), folders, feed URLs, or - for JSON lines on stdin."),
]
Database = Annotated[Path | None, typer.Option("--database", "-d", help="SQLite file of the store [default: the setting, wirewatch.db].")]
Wait = Annotated[float, typer.Option("--wait", min=0, metavar="SECONDS", help="How long to wait for a server that doesn't answer.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

Fast = Annotated[bool, typer.Option("--fast", help="Without the models of names: only those the gazetteer has, many times as fast.")]


def settings_from(*, fast: bool = False, **overrides: Any) -> Settings:
    """Read the settings, those given on the command line first, and start logging by them."""
    if fast:
        overrides["name_models"] = False
    settings = load_settings(os.environ, overrides, warn=warn)
    configure_logs(settings)
    return settings


def warn(line: str) -> None:
    """Say something that should be changed."""
    talk().print(f"wirewatch: {line}", style="yellow", markup=False)


def tell(line: str) -> None:
    """Say something while a verb works."""
    talk().print(line, markup=False)


@contextmanager
def stop_on_signal() -> Iterator[Event]:
    """An event that SIGINT and SIGTERM set, once: the second one ends the process."""
    stop = Event()

    def handle(number: int, _frame: object) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
