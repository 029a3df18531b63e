"""Bulk writes that look at every item and retry, in place, those that did not get through.

Elasticsearch may refuse single items of a bulk request because it is busy (429, 5xx), because their index is missing or blocked by a full
disk, or for good; or the whole request because it is too large (413), or because the server is busy or down. The client's own helpers
stop at the first failure.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from elastic_transport import TransportError
from elasticsearch import ApiError, Elasticsearch, UnsupportedProductError

from wirewatch.adapters.elastic.client import (
    BUSY_STATUSES,
    LOGIN_STATUSES,
    NOT_ELASTICSEARCH,
    PASSING,
    Unanswered,
    login_fault,
    reason_of,
    transport_fault,
)
from wirewatch.core.errors import Refused, Unavailable
from wirewatch.core.outcome import Reason, Rejected
from wirewatch.ports.signals import Retry

CONFLICT = 409
_TOO_LARGE = 413
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Operation:
    """One action of a bulk request, and its document in JSON."""

    action: dict[str, Any]
    document: bytes


class _TooLarge(Exception):
    """The request as a whole is too large."""


class Bulk:
    """Writes; ``retry`` decides how long a failed write is tried again."""

    def __init__(self, client: Elasticsearch, retry: Retry | None) -> None:
        self._client = client
        self._retry = retry

    def write(self, operations: Sequence[Operation]) -> list[int | Rejected]:
        """The status of each operation, 2xx or 409, or why it is refused for good. Raises Unavailable or Refused on giving up."""
        outcomes: dict[int, int | Rejected] = {}
        waiting = list(enumerate(operations))
        while waiting:
            busy = ""
            gives_up: type[Exception] = Unavailable
            again: list[tuple[int, Operation]] = []
            try:
                items = self.patiently(partial(self._send, [operation for _, operation in waiting]))
            except _TooLarge:
                return self._in_halves(waiting, outcomes, len(operations))
            for (at, operation), item in zip(waiting, items, strict=True):
                (result,) = item.values()
                status, kind = int(result["status"]), str((result.get("error") or {}).get("type", ""))
                if status < 300 or status == CONFLICT:
                    outcomes[at] = status
                elif status in BUSY_STATUSES or kind in PASSING:
                    again.append((at, operation))
                    busy = f"Elasticsearch answers {status} ({kind})"
                elif status in LOGIN_STATUSES:
                    again.append((at, operation))
                    busy, gives_up = login_fault(status, kind), Refused
                else:
                    outcomes[at] = Rejected(Reason.STORE_REFUSED, f"Elasticsearch answers {status} ({kind})")
            if again:
                self._wait(busy, kind=gives_up)
            waiting = again
        if self._retry:
            self._retry.done()
        return [outcomes[at] for at in range(len(operations))]

    def patiently(self, ask: Callable[[], Answer]) -> Answer:
        """What ``ask`` returns, called again while Elasticsearch is down or busy, or refuses our login."""
        while True:
            try:
                answer = ask()
            except TransportError as error:
                self._wait(transport_fault(error), error)
            except UnsupportedProductError as error:
                raise Refused(NOT_ELASTICSEARCH) from error
            except ApiError as error:
                status, reason = error.status_code, reason_of(error)
                if status == _TOO_LARGE:
                    raise _TooLarge from error
                if status in BUSY_STATUSES or reason in PASSING:
                    self._wait(f"Elasticsearch answers {status} ({reason})", error)
                elif status in LOGIN_STATUSES:
                    self._wait(login_fault(status, reason), error, kind=Refused)
                else:
                    raise Refused(f"Elasticsearch answers {status} ({reason})") from error
            else:
                return answer

    def _send(self, operations: Sequence[Operation]) -> list[dict[str, Any]]:
        lines: list[dict[str, Any] | bytes] = []
        for operation in operations:
            lines += (operation.action, operation.document)
        answer: Any = self._client.bulk(operations=lines, filter_path="items.*.status,items.*.error.type").body  # type: ignore[arg-type]  # bytes are sent as they are
        items = answer.get("items", ()) if isinstance(answer, dict) else ()
        if len(items) != len(operations):
            raise Unanswered("the answer does not say what became of each article")
        return list(items)

    def _in_halves(self, waiting: list[tuple[int, Operation]], outcomes: dict[int, int | Rejected], total: int) -> list[int | Rejected]:
        """Send a request that is too large in two halves; an operation that is too large on its own is refused."""
        if len(waiting) == 1:
            at, operation = waiting[0]
            size = len(operation.document)
            outcomes[at] = Rejected(Reason.TOO_LARGE, f"{size} bytes as a document; Elasticsearch accepts fewer (http.max_content_length)")
        else:
            middle = len(waiting) // 2
            for part in (waiting[:middle], waiting[middle:]):
                outcomes |= zip((at for at, _ in part), self.write([operation for _, operation in part]), strict=True)
        return [outcomes[at] for at in range(total)]

    def _wait(self, reason: str, error: Exception | None = None, *, kind: type[Exception] = Unavailable) -> None:
        if self._retry is None or not self._retry.wait(reason):
            raise kind(reason) from error
