"""Which of two revisions of an article stays."""

from datetime import UTC, datetime


def supersedes(updated_at: datetime | None, stored: datetime | None, *, same_too: bool = False) -> bool:
    """Tell whether an article takes the place of the stored one of the same id: only a correction does, and only a later one.

    ``same_too``: the same revision does as well, as when it was enriched anew.
    """
    if updated_at is None or stored is None:
        return updated_at is not None or (same_too and stored is None)
    return utc(updated_at) > utc(stored) or (same_too and utc(updated_at) == utc(stored))


def utc(time: datetime) -> datetime:
    """The time in UTC; one without a zone is taken for UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
