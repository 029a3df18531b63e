"""A Retry that keeps what it is told and doesn't pause."""

from collections.abc import Callable


class NotedRetry:
    """``waits``: how often it says to go on. ``meanwhile`` runs at each pause."""

    def __init__(self, waits: int = 100, meanwhile: Callable[[], None] = lambda: None) -> None:
        self._left = waits
        self._meanwhile = meanwhile
        self.told: list[str] = []

    @property
    def reasons(self) -> list[str]:
        return [told for told in self.told if told != "done"]

    def wait(self, reason: str) -> bool:
        self.told.append(reason)
        self._left -= 1
        self._meanwhile()
        return self._left >= 0

    def done(self) -> None:
        self.told.append("done")
