"""Which of two revisions of an article stays."""

from datetime import UTC, datetime


def supersedes(updated_at: datetime | None, stored: datetime | None) -> bool:
    """Tell whether an article takes the place of the stored one of the same id: only a correction does, and only a later one."""
    return updated_at is not None and (stored is None or utc(updated_at) > utc(stored))


def utc(time: datetime) -> datetime:
    """The time in UTC; one without a zone is taken for UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
