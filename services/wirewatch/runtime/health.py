"""Whether a process is alive, and whether it is of use: what /healthz and /readyz ask, from another thread."""

import time
from collections.abc import Callable, Sequence

# An event loop that has not run for so long is blocked.
_BLOCKED_SECONDS = 60.0
# Nothing has moved for so long, and nothing waits for the store or the broker: something hangs.
_STUCK_SECONDS = 180.0


class Pulse:
    """Something that has to happen every ``limit_seconds``; ``what`` gives the words for it if it doesn't, before the time it has not."""

    def __init__(self, what: Callable[[], str], limit_seconds: float, *, now: Callable[[], float] = time.monotonic) -> None:
        self._what = what
        self._limit = limit_seconds
        self._now = now
        self.beat()

    def beat(self) -> None:
        """It has happened."""
        self.last = self._now()

    def stuck(self) -> str | None:
        """What has not happened, and for how long; None while all is well."""
        seconds = self._now() - self.last
        return f"{self._what()} for {seconds:.0f} s" if seconds > self._limit else None


class Health:
    """Alive while every pulse beats, ready while there is no fault either."""

    def __init__(self, *pulses: Pulse, faults: Sequence[Callable[[], str | None]] = ()) -> None:
        """``faults``: each says why articles don't get through, if they don't."""
        self._pulses = pulses
        self._faults = faults

    def stuck(self) -> str | None:
        """What hangs, if anything does."""
        return next(filter(None, (pulse.stuck() for pulse in self._pulses)), None)

    def not_ready(self) -> str | None:
        """Why articles don't get through, if they don't."""
        return self.stuck() or next(filter(None, (fault() for fault in self._faults)), None)


class WorkerHealth:
    """The health of a worker, beaten by its event loop. To wait for a store or broker that is down is no fault of the worker."""

    def __init__(
        self,
        *,
        in_flight: Callable[[], int],
        moves: Callable[[], int],
        joined: Callable[[], bool],
        faults: Callable[[], str | None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``faults``: what is down (the store, the broker) and being waited for, if anything is."""
        self._in_flight = in_flight
        self._count_moves = moves
        self._faults = faults
        self._moves = -1
        self._loop = Pulse(lambda: "the event loop has not run", _BLOCKED_SECONDS, now=now)
        self._moved = Pulse(lambda: f"{in_flight()} messages are in flight, and none has moved", _STUCK_SECONDS, now=now)
        not_joined = "the consumer group has not been joined yet"
        self._health = Health(self._loop, self._moved, faults=(faults, lambda: None if joined() else not_joined))
        self.stuck = self._health.stuck
        self.not_ready = self._health.not_ready

    def beat(self) -> None:
        """Note that the event loop runs, and whether anything has moved since it last did."""
        self._loop.beat()
        moves = self._count_moves()
        if moves != self._moves or not self._in_flight() or self._faults():
            self._moved.beat()
            self._moves = moves
