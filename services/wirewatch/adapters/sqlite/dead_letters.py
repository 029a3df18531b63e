"""Dead letters in the SQLite file."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from wirewatch.adapters.sqlite.database import Database
from wirewatch.adapters.sqlite.index import microsecond_of
from wirewatch.core.article import DeadLetter

_SELECTED = """
FROM dead_letters WHERE (:reason IS NULL OR reason = :reason) AND (:since IS NULL OR failed_at >= :since)
AND (:until IS NULL OR failed_at < :until)
"""
_COUNT = f"SELECT count(*) {_SELECTED}"
_PAGE = f"SELECT letter {_SELECTED} ORDER BY failed_at DESC, id LIMIT :limit OFFSET :offset"

_decode = msgspec.msgpack.Decoder(DeadLetter).decode
_encode = msgspec.msgpack.Encoder().encode


class SqliteDeadLetters:
    """A DeadLetterBox in the store's file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, letters: Sequence[DeadLetter]) -> None:
        """Keep letters, as part of the caller's transaction."""
        for letter in letters:
            row = (letter.id, microsecond_of(letter.failed_at), letter.reason, _encode(letter))
            self._database.execute("INSERT OR REPLACE INTO dead_letters VALUES (?, ?, ?, ?)", row)

    def put(self, letters: Sequence[DeadLetter]) -> None:
        """See ``ports.store.DeadLetterBox``, as for the methods below."""
        with self._database.writing():
            self.write(letters)

    def find(
        self, *, reason: str | None = None, since: datetime | None = None, until: datetime | None = None, limit: int = 100, offset: int = 0
    ) -> tuple[int, tuple[DeadLetter, ...]]:
        selection = {
            "reason": reason,
            "since": microsecond_of(since) if since else None,
            "until": microsecond_of(until) if until else None,
            "limit": limit,
            "offset": offset,
        }
        with self._database.reading():
            (total,) = self._database.execute(_COUNT, selection).fetchone()
            rows = self._database.execute(_PAGE, selection).fetchall()
        return total, tuple(_decode(letter) for (letter,) in rows)

    def get(self, letter_id: str) -> DeadLetter | None:
        found = self._database.first("SELECT letter FROM dead_letters WHERE id = ?", (letter_id,))
        return _decode(found[0]) if found else None

    def remove(self, letter_ids: Sequence[str]) -> int:
        with self._database.writing():
            return sum(self._database.execute("DELETE FROM dead_letters WHERE id = ?", (letter_id,)).rowcount for letter_id in letter_ids)
