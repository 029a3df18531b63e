"""A limit on messages rejected in a row: a source that is not what it should be must not end up among the dead letters."""

from wirewatch.core.errors import Refused
from wirewatch.core.outcome import Rejected


class TooManyRejected(Refused):
    """So many messages in a row were rejected that the source can't be what it should be."""


class RejectLimit:
    """Counts rejected messages with no good one between them."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._in_a_row = 0
        self._last = ""

    def accepted(self) -> None:
        """A message was good."""
        self._in_a_row = 0

    def rejected(self, rejected: Rejected) -> None:
        """A message was not."""
        self._in_a_row += 1
        self._last = f"{rejected.reason} ({rejected.detail})"

    def check(self, source: str) -> None:
        """Raise TooManyRejected if the limit is reached."""
        if self._in_a_row >= self._limit:
            raise TooManyRejected(
                f"{self._in_a_row} messages in a row were rejected, the last one as {self._last}; "
                f"is {source} what it should be? They are kept (`wirewatch dlq list`). reject_limit: {self._limit}"
            )
