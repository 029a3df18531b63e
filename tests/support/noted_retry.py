"""A Retry that keeps its calls and does not pause."""

from collections.abc import Callable


class NotedRetry:
    """``waits``: how often it says to go on. ``meanwhile`` runs at each pause."""

    def __init__(self, waits: int = 100, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._left = waits
        self._meanwhile = meanwhile
        self.calls: list[str] = []

    @property
    def reasons(self) -> list[str]:
        return [call for call in self.calls if call != "done"]

    def wait(self, reason: str) -> bool:
        self.calls.append(reason)
        self._left -= 1
        self._meanwhile()
        return self._left >= 0

    def done(self) -> None:
        self.calls.append("done")
