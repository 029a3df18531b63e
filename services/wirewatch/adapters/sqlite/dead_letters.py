"""Dead letters in the SQLite file."""

from datetime import datetime
from sqlite3 import Connection

import msgspec

from wirewatch.adapters.sqlite.index import microsecond_of
from wirewatch.core.article import DeadLetter

_WANTED = """
FROM dead_letters WHERE (:reason IS NULL OR reason = :reason) AND (:since IS NULL OR failed_at >= :since)
AND (:until IS NULL OR failed_at < :until)
"""
_COUNT = f"SELECT count(*) {_WANTED}"
_PAGE = f"SELECT letter {_WANTED} ORDER BY failed_at DESC, id LIMIT :limit OFFSET :offset"

decode_letter = msgspec.msgpack.Decoder(DeadLetter).decode


def page_of_letters(
    connection: Connection, *, reason: str | None, since: datetime | None, until: datetime | None, limit: int, offset: int
) -> tuple[int, tuple[DeadLetter, ...]]:
    """How many are wanted, and those of this page, newest first."""
    wanted = {
        "reason": reason,
        "since": microsecond_of(since) if since else None,
        "until": microsecond_of(until) if until else None,
        "limit": limit,
        "offset": offset,
    }
    (total,) = connection.execute(_COUNT, wanted).fetchone()
    rows = connection.execute(_PAGE, wanted).fetchall()
    return total, tuple(decode_letter(letter) for (letter,) in rows)
