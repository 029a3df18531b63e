"""Waiting for a server that does not answer yet."""

import math
import time
from collections.abc import Callable
from typing import TypeVar

from wirewatch.core.errors import Unavailable
from wirewatch.ports.signals import Tell

_PAUSE_SECONDS = 0.5
Answer = TypeVar("Answer")


def patiently(
    job: Callable[[], Answer],
    *,
    wait_seconds: float,
    tell: Tell,
    monotonic: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Answer:
    """Return what ``job`` returns; while it raises Unavailable, call it again for up to ``wait_seconds``, which may be infinite.

    ``tell`` gets one line, before the first pause. Raises the last Unavailable when the time is up, and at once anything else.
    """
    end = monotonic() + wait_seconds
    reported = False
    while True:
        try:
            return job()
        except Unavailable as error:
            left = end - monotonic()
            if left <= 0:
                raise
            if not reported:
                tell(f"{error}; waiting{'' if wait_seconds == math.inf else f' up to {wait_seconds:g} s'} …")
                reported = True
        sleep(min(_PAUSE_SECONDS, left))
