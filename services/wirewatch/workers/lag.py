"""Keeps measuring the workers' lag, in a process of its own: a dead worker can't hide its lag from it."""

from collections.abc import Callable, Sequence

from wirewatch.core.errors import WirewatchError
from wirewatch.metrics import LagMetrics
from wirewatch.ports.broker import Lag
from wirewatch.ports.signals import Clock, Tell
from wirewatch.runtime.health import Health, Pulse

# A measurement that takes longer hangs.
_STUCK_SECONDS = 120.0


class LagMeter:
    """Measures, publishes as metrics, sleeps. Each measurement has its own connections, so that none outlives a fault."""

    def __init__(
        self,
        *,
        measure: Callable[[], Sequence[Lag]],
        metrics: LagMetrics,
        clock: Clock,
        every_seconds: float,
        sleep: Callable[[float], bool],
        tell: Tell,
    ) -> None:
        """``measure`` raises Unavailable and Refused; ``sleep`` returns True to stop."""
        self._measure = measure
        self._metrics = metrics
        self._clock = clock
        self._every = every_seconds
        self._sleep = sleep
        self._tell = tell
        self._fault: str | None = "nothing is measured yet"
        self._pulse = Pulse(lambda: "no measurement has ended", _STUCK_SECONDS + every_seconds)
        # Not ready: the figures are not those of now.
        self.health = Health(self._pulse, faults=(lambda: self._fault,))

    def run(self) -> None:
        """Measure until ``sleep`` says to stop. While Kafka is down the last figures stay, with their time."""
        while True:
            self._pulse.beat()
            try:
                self._publish(self._measure())
            except WirewatchError as error:
                if str(error) != self._fault:
                    self._tell(str(error))
                self._fault = str(error)
                self._metrics.faults.inc()
            self._pulse.beat()
            if self._sleep(self._every):
                return

    def _publish(self, lags: Sequence[Lag]) -> None:
        for lag in lags:
            self._metrics.records.labels(lag.group, lag.topic).set(lag.records)
            self._metrics.seconds.labels(lag.group, lag.topic).set(lag.seconds)
        self._metrics.measured.set(self._clock().timestamp())
        self._fault = None
