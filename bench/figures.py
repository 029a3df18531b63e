"""Takes figures, such as times and memory, and prints them as Markdown tables."""

import os
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def seconds(job: Callable[[], object]) -> float:
    """Return the wall time of one call, in seconds."""
    begin = time.perf_counter()
    job()
    return time.perf_counter() - begin


def best(job: Callable[[], object], rounds: int = 3) -> float:
    """Return the shortest of several calls, in seconds: the time that other processes take is not the job's."""
    return min(seconds(job) for _ in range(rounds))


def p50_p95(values: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile."""
    return statistics.median(values), statistics.quantiles(values, n=20)[-1]


def cpu_seconds(pids: Iterable[int]) -> float:
    """Return the processor time that these processes have used, in seconds; those that have ended count as 0."""
    total = 0
    for pid in pids:
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def resident_mib(*pids: int) -> float:
    """Return the resident memory of these processes together, of this one by default, in MiB; those that have ended count as 0."""
    pages = 0
    for pid in pids or (os.getpid(),):
        try:
            pages += int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        except OSError:
            continue
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def header(*cells: str) -> None:
    """Print the first lines of a Markdown table."""
    row(*cells)
    print("|" + "---|" * len(cells))


def row(*cells: object) -> None:
    """Print a line of a Markdown table."""
    print("| " + " | ".join(f"{cell:,.2f}" if isinstance(cell, float) else str(cell) for cell in cells) + " |")
