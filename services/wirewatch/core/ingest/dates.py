"""When an article was published according to its source, and whether that is plausible."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from wirewatch.core.article import Flag

# Systems that have lost a date write the epoch. There was news in 1970, but no article arrives with a time stamp of that year.
_EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
_MILLISECONDS = 1e11
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


def parse_time(value: str | float) -> datetime | None:
    """Return the UTC time of ISO 8601, RFC 2822, or seconds (or milliseconds) since 1970; None if it is none of these."""
    try:
        if isinstance(value, str):
            text = value.strip()
            if len(text) > 100:
                return None
            if not _NUMBER.fullmatch(text) or len(text) in {4, 8}:  # 2026 and 20261124 are dates, not seconds
                return utc(_from_text(text))
            value = float(text)
        seconds = value / 1000 if abs(value) >= _MILLISECONDS else value
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None


def _from_text(text: str) -> datetime:
    if len(text) == 4:
        return datetime(int(text), 1, 1, tzinfo=UTC)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return parsedate_to_datetime(text)


def utc(time: datetime) -> datetime:
    """Return the time in UTC; a time without a zone is taken as UTC."""
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def publication(value: str | float | None, *, now: datetime, tolerance: timedelta) -> tuple[datetime | None, Flag | None]:
    """Return the time of publication (UTC) and no flag, or None and a flag that says what is wrong with ``value``.

    A time up to ``tolerance`` after ``now`` is kept, because the source's clock or zone may be wrong.
    """
    if value is None or value == "":
        return None, "undated"
    time = parse_time(value)
    if time is None:
        return None, "date_unreadable"
    if time < _EARLIEST:
        return None, "date_implausible"
    if time > now + tolerance:
        return None, "date_future"
    return time, None
