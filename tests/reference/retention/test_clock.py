"""Times are read as they are written by anybody, and everything else is no time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from conformance.reference.retention.clock import Clock

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)


def test_now_is_in_utc() -> None:
    """The present has a zone, and it is UTC."""
    assert Clock().now().utcoffset() == timedelta()


@pytest.mark.parametrize(
    "text",
    [
        "2024-02-29T12:00:00Z",
        "2024-02-29T12:00:00.000Z",
        "2024-02-29T12:00:00.000000000Z",
        "2024-02-29T14:30:00+02:30",
        "2024-02-29T04:00:00-0800",
        "2024-02-29 12:00:00",
        " 2024-02-29T12:00 ",
    ],
)
def test_one_moment_is_written_in_many_ways(text: str) -> None:
    """Zones, fractions and spaces change nothing of the moment; without a zone it is UTC."""
    assert Clock().read(text) == NOON


@pytest.mark.parametrize(
    "value", [None, 0, 1.7e9, True, "", "yesterday", "2023-02-29T00:00:00Z", [], {}]
)
def test_what_is_no_time_is_none(value: object) -> None:
    """What cannot be read is told apart from every time."""
    assert Clock().read(value) is None


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_first_and_last_moment_can_be_compared(text: str) -> None:
    """A time at the end of the calendar is before or after others, whatever its zone."""
    moment = Clock().read(text)
    assert moment is not None
    assert (moment < NOON) == (moment.year == 1)
