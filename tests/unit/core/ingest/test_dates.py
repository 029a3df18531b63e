from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.core.ingest.dates import parse_time, publication

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("value", "time"),
    [
        ("2026-11-24T10:00:00Z", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("2026-11-24T12:00:00+02:00", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("2026-11-24 10:00", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("2026-11-24", datetime(2026, 11, 24, tzinfo=UTC)),
        ("20261124", datetime(2026, 11, 24, tzinfo=UTC)),
        ("2026", datetime(2026, 1, 1, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 10:00:00 GMT", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("Tue, 24 Nov 2026 11:00:00 +0100", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        (1_795_514_400, datetime(2026, 11, 24, 10, tzinfo=UTC)),
        ("1795514400", datetime(2026, 11, 24, 10, tzinfo=UTC)),
        (1_795_514_400_000, datetime(2026, 11, 24, 10, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_forms_of_a_time(value: str | float, time: datetime) -> None:
    assert parse_time(value) == time


@pytest.mark.parametrize(
    "value", ["yesterday", "", "24.11.2026 um zehn", "9" * 50, 1e300, float("nan"), float("inf"), "0000", "2026-13-01", "x" * 1000]
)
def test_what_is_no_time(value: str | float) -> None:
    assert parse_time(value) is None


@given(st.text() | st.floats() | st.integers())
def test_parse_time_never_raises(value: str | float) -> None:
    time = parse_time(value)
    assert time is None or time.tzinfo is UTC


def test_publication_that_can_be_believed() -> None:
    assert publication("2026-11-24T10:00:00Z", now=NOW, tolerance=DAY) == (datetime(2026, 11, 24, 10, tzinfo=UTC), None)
    assert publication("2026-11-25T10:00:00Z", now=NOW, tolerance=DAY) == (datetime(2026, 11, 25, 10, tzinfo=UTC), None)


@pytest.mark.parametrize(
    ("value", "flag"),
    [
        (None, "undated"),
        ("", "undated"),
        ("soon", "date_unreadable"),
        ("1970-01-01", "date_implausible"),
        (0, "date_implausible"),
        ("2026-11-26", "date_future"),
        ("9999-12-31", "date_future"),
    ],
)
def test_publication_that_can_not(value: str | float | None, flag: str) -> None:
    assert publication(value, now=NOW, tolerance=DAY) == (None, flag)
