"""Whether a worker is alive, and whether it is of use."""

import time
from collections.abc import Callable

# Nothing has moved for so long, and nothing waits for the store or the broker: something hangs.
_STUCK_SECONDS = 180.0
# The event loop has not run for so long.
_BLOCKED_SECONDS = 60.0


class Health:
    """Asked by /healthz and /readyz from another thread; told by the event loop that it runs."""

    def __init__(
        self,
        *,
        in_flight: Callable[[], int],
        moves: Callable[[], int],
        joined: Callable[[], bool],
        faults: Callable[[], str | None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """``faults``: what is away (the store, the broker) and being waited for, if anything is."""
        self._in_flight = in_flight
        self._count_moves = moves
        self._joined = joined
        self._faults = faults
        self._now = now
        self._beat = self._moved = now()
        self._moves = -1

    def beat(self) -> None:
        """The event loop runs."""
        self._beat = self._now()
        moves = self._count_moves()
        if moves != self._moves or not self._in_flight() or self._faults():
            self._moved, self._moves = self._beat, moves

    def stuck(self) -> str | None:
        """What hangs, if anything does. To wait for a store that is away is no fault of the worker."""
        now = self._now()
        if now - self._beat > _BLOCKED_SECONDS:
            return f"the event loop has not run for {now - self._beat:.0f} s"
        if now - self._moved > _STUCK_SECONDS:
            return f"{self._in_flight()} messages are in flight, and none has moved for {now - self._moved:.0f} s"
        return None

    def not_ready(self) -> str | None:
        """Why articles do not get through, if they do not."""
        return self.stuck() or self._faults() or (None if self._joined() else "the consumer group has not been joined yet")
