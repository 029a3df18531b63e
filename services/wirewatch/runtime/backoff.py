"""How long a worker waits for a store that is away: for as long as it takes."""

import random
from threading import Event, local

import structlog

from wirewatch.metrics import Metrics

_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
_log = structlog.get_logger()


class StoreRetry:
    """A Retry with jittered, growing pauses, until ``stop`` is set. Several threads may use it, each with a row of pauses of its own."""

    def __init__(self, metrics: Metrics, *, stop: Event) -> None:
        self._metrics = metrics
        self._stop = stop
        self._row = local()
        # What is wrong with the store, while something waits for it.
        self.fault: str | None = None

    def wait(self, reason: str) -> bool:
        """Pause before the next try; False if there shall be none."""
        self._metrics.retries.labels("store").inc()
        if self.fault is None:
            _log.warning("store_away", reason=reason, advice="tried again until it takes the articles")
        self.fault = f"the store takes no articles: {reason}"
        tries: int = getattr(self._row, "tries", 0)
        self._row.tries = tries + 1
        longest = min(_FIRST_PAUSE * 2.0**tries, _LONGEST_PAUSE)
        return not self._stop.wait(random.uniform(longest / 2, longest))  # noqa: S311 - jitter

    def done(self) -> None:
        """The store has answered."""
        self._row.tries = 0
        if self.fault:
            self.fault = None
            _log.info("store_back")
