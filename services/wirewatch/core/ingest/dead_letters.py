"""Dead letters: how a message that can't become an article is kept."""

from datetime import datetime

from wirewatch.core.article import DeadLetter, Origin
from wirewatch.core.ingest.identity import letter_id
from wirewatch.core.outcome import Rejected

# Headers of a message that is a replayed dead letter: which letter it is, and how often it had been tried before.
LETTER_HEADER = "wirewatch-letter"
ATTEMPTS_HEADER = "wirewatch-attempts"


def dead_letter(raw: bytes, rejected: Rejected, *, origin: Origin, now: datetime, tried: bytes = b"0") -> DeadLetter:
    """Return the dead letter of a message; the same message from the same place gives the same id.

    ``now``: when it failed (UTC). ``tried``: how often it was tried before, from its header; anything but a number counts as 0.
    """
    return DeadLetter(
        id=letter_id(origin.topic, origin.partition, origin.offset, raw),
        raw=raw,
        reason=rejected.reason,
        detail=rejected.detail,
        origin=origin,
        attempts=(int(tried) if tried.isdigit() else 0) + 1,
        failed_at=now,
    )
