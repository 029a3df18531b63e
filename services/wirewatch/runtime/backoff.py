"""How long to wait before the next attempt, and what is said meanwhile: for everything that retries until it succeeds."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, local
from typing import Literal

import structlog

from wirewatch.metrics import Metrics

_log = structlog.get_logger()


@dataclass
class Backoff:
    """Pauses that double from ``first`` to ``longest`` seconds, each shortened at random by up to a half.

    The jitter keeps workers that lost the same server from coming back all at once.
    """

    first: float
    longest: float
    uniform: Callable[[float, float], float] = random.uniform
    _tries: int = 0

    def next(self) -> float:
        """Seconds to wait before the next attempt."""
        pause = min(self.first * 2.0**self._tries, self.longest)
        # Stops growing with the pause, so that no count overflows in a long outage.
        self._tries += pause < self.longest
        return self.uniform(pause / 2, pause)

    def reset(self) -> None:
        """Begin again with ``first``, after a success."""
        self._tries = 0


def server_backoff() -> Backoff:
    """The pauses between attempts to reach a broker or a store."""
    return Backoff(0.2, 10.0)


class Outage:
    """What is wrong with a server while something waits for it: counted, logged once, and read by /readyz. Used by several threads."""

    def __init__(self, target: Literal["broker", "store"], metrics: Metrics) -> None:
        self._target = target
        self._metrics = metrics
        self.fault: str | None = None

    def failed(self, fault: str) -> None:
        """An attempt failed; there will be another one."""
        self._metrics.retries.labels(self._target).inc()
        if self.fault is None:
            _log.warning(f"{self._target}_unavailable", fault=fault, advice="retried until it is back")
        self.fault = fault

    def ended(self) -> None:
        """An attempt succeeded."""
        if self.fault:
            self.fault = None
            _log.info(f"{self._target}_available")


class StoreRetry:
    """The Retry of a worker's store: it goes on until ``stop`` is set. Each thread has a series of pauses of its own."""

    def __init__(self, outage: Outage, *, stop: Event) -> None:
        self._outage = outage
        self._stop = stop
        self._series = local()

    def wait(self, reason: str) -> bool:
        """Pause before the next attempt; False if there is to be none."""
        self._outage.failed(f"the store takes no articles: {reason}")
        return not self._stop.wait(self._backoff.next())

    def done(self) -> None:
        """The store has answered."""
        self._backoff.reset()
        self._outage.ended()

    @property
    def _backoff(self) -> Backoff:
        if not hasattr(self._series, "backoff"):
            self._series.backoff = server_backoff()
        found: Backoff = self._series.backoff
        return found
