"""Starts a worker's process again when it has failed: a worker that meets what it did not expect ends rather than lose a message."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

import structlog

from wirewatch.runtime.backoff import Backoff

# One that ran so long was well: the next pause is the first one again.
_WELL_SECONDS = 300.0
_log = structlog.get_logger()


def supervise(
    command: Sequence[str],
    *,
    final_codes: frozenset[int],
    stop: threading.Event,
    backoff: Backoff | None = None,
) -> int:
    """Run ``command`` until it ends with one of ``final_codes`` or ``stop`` is set; its last exit code.

    The child is given a pipe as its standard input, and should end when that ends: then its supervisor was killed. Once ``stop`` is set the
    child gets SIGTERM, and as long as it needs.
    """
    backoff = backoff or Backoff(1.0, 60.0)
    while True:
        begun = time.monotonic()
        code = _run(command, stop)
        if stop.is_set() or code in final_codes:
            return code
        if time.monotonic() - begun > _WELL_SECONDS:
            backoff.reset()
        wait = backoff.next()
        _log.warning("worker_restarts", exit_code=code, in_seconds=round(wait, 1))
        if stop.wait(wait):
            return code


def _run(command: Sequence[str], stop: threading.Event) -> int:
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:  # noqa: S603 - this very program
        ended = threading.Event()

        def forward() -> None:
            while not ended.wait(0.1):
                if stop.is_set():
                    child.send_signal(signal.SIGTERM)
                    return

        threading.Thread(target=forward, daemon=True).start()
        try:
            code = child.wait()
            # As a shell has it: 128 and the signal.
            return code if code >= 0 else 128 - code
        finally:
            ended.set()


def end_with_supervisor() -> None:
    """Have this process get SIGTERM when its standard input, the supervisor's pipe, ends."""

    def wait() -> None:
        # Not by sys.stdin: Python can't end while a thread has its lock.
        while os.read(sys.stdin.fileno(), 1):
            pass
        signal.raise_signal(signal.SIGTERM)

    threading.Thread(target=wait, daemon=True).start()
