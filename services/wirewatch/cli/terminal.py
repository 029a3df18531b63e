"""What a person sees: progress on standard error, tables and findings on standard output."""

import sys
import time
from collections.abc import Iterable, Sequence
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from wirewatch.jobs.run import Summary

_REPORT_SECONDS = 10.0
_TOP = 10


def talk() -> Console:
    """Standard error, for all that is not data. Knows NO_COLOR."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def output() -> Console:
    """Standard output; wide where it is no terminal."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)


class Measured(Protocol):
    """Something that is read, with the position of its end if that is known."""

    @property
    def name(self) -> str: ...

    @property
    def total(self) -> int | None: ...


class TerminalProgress:
    """A bar with rate and time left on a terminal; elsewhere a line every ten seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._begin = self._reported = time.monotonic()
        self._bar: Progress | None = None
        self._task = TaskID(0)
        self._source = ""
        if console.is_terminal:
            columns = (
                "{task.description}",
                BarColumn(),
                "{task.percentage:>3.0f} %",
                "{task.fields[read]}",
                TimeElapsedColumn(),
                "left",
                TimeRemainingColumn(),
            )
            self._bar = Progress(*(TextColumn(column) if isinstance(column, str) else column for column in columns), console=console)
            self._bar.start()

    def start(self, source: Measured, position: int) -> None:
        """Reading of a source begins after ``position``."""
        self._source = source.name
        if self._bar:
            self._task = self._bar.add_task(source.name[-40:], total=source.total, completed=position, read="")

    def advance(self, position: int, read: int) -> None:
        """All up to ``position`` is committed, ``read`` messages of this run in all."""
        at = time.monotonic()
        rate = f"{read:,} articles, {read / max(at - self._begin, 1e-9):,.0f}/s"
        if self._bar:
            self._bar.update(self._task, completed=position, read=rate)
        elif at - self._reported >= _REPORT_SECONDS:
            self._reported = at
            self._console.print(f"{self._source}: {rate}", markup=False)

    def stop(self) -> None:
        """Leave the terminal as it was."""
        if self._bar:
            self._bar.stop()


def print_summary(console: Console, summary: Summary) -> None:
    """The figures of a run, its most frequent entities and topics, and where the time went."""
    rejected = sum(summary.rejected.values())
    rate = summary.read / max(summary.seconds, 1e-9)
    console.print(
        f"read {summary.read:,} · new {summary.indexed:,} · duplicate {summary.duplicate:,} · rejected {rejected:,}"
        f" · {summary.seconds:.1f} s, {rate:,.0f} articles/s"
    )
    for reason, count in summary.rejected.most_common():
        console.print(f"  rejected: {reason} {count:,}")
    for flag, count in summary.flags.most_common():
        console.print(f"  flagged: {flag} {count:,}")
    rows: Sequence[tuple[str, Iterable[str]]] = (
        ("languages", (f"{code} {count:,}" for code, count in summary.languages.most_common(_TOP))),
        ("topics", (f"{topic} {count:,}" for topic, count in summary.topics.most_common(_TOP))),
        ("persons", _names(summary, "PER")),
        ("organisations", _names(summary, "ORG")),
        ("places", _names(summary, "LOC")),
        ("time", (f"{stage} {seconds:.2f} s" for stage, seconds in summary.stage_seconds.items() if seconds >= 0.005)),
    )
    table = Table.grid(padding=(0, 2))
    for name, values in rows:
        if text := ", ".join(values):
            table.add_row(name, Text(text))
    console.print(table)


def _names(summary: Summary, kind: str) -> Iterable[str]:
    return [f"{name} {count:,}" for (name, type_), count in summary.entities.most_common() if type_ == kind][:_TOP]
