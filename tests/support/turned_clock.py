"""The program under a clock that is set back, and forth again, while it runs: ``python turned_clock.py FILE VERB ...``.

While FILE exists, the clock is as many seconds behind as it says.
"""

import sys
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any


def turn(file: Path) -> None:
    """Have this process's wall clock follow ``file``; its monotonic one goes on."""
    real_ns = time.time_ns

    def time_ns() -> int:
        try:
            return real_ns() - int(file.read_text()) * 10**9
        except (FileNotFoundError, ValueError):
            return real_ns()

    time.time_ns = time_ns
    time.time = lambda: time_ns() / 1e9
    # Imported now, so that nothing has kept the real clock.
    serving: Any = import_module("wirewatch.bootstrap.serving")
    serving.utc_now = lambda: datetime.fromtimestamp(time.time(), UTC)


if __name__ == "__main__":
    turn(Path(sys.argv.pop(1)))
    import_module("wirewatch.cli").main()
