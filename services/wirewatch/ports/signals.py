"""The time, words for a person, when to go on trying, and whether something is well."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

Clock = Callable[[], datetime]
# Shows a line to the person who watches a verb at work.
Tell = Callable[[str], None]


def silent(_line: str) -> None:
    """A Tell where nobody watches."""


class Retry(Protocol):
    """Decides how long to retry what a store that is down did not accept. Used by several threads."""

    def wait(self, reason: str) -> bool:
        """Pause before the next try, longer each time in a row; False: give up."""
        ...

    def done(self) -> None:
        """The store has answered: the row ends."""
        ...


class Checked(Protocol):
    """What can tell whether it is well, from any thread."""

    def stuck(self) -> str | None:
        """What hangs, if anything does: /healthz."""
        ...

    def not_ready(self) -> str | None:
        """Why articles don't get through, if they don't: /readyz."""
        ...


class Flushable(Protocol):
    """A run that finishes what it has begun while there is nothing to read."""

    def flush(self) -> None: ...
