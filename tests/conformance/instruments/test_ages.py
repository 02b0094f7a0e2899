"""The model of retention: what stays, what goes, and what nobody can tell."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.instruments.ages import Aged, Fate, Span, fate, written

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
SPAN = Span(NOW, NOW + 5 * SECOND)
POLICIES = {("p", "project_logs"): (30 * DAY,), ("q", "dataset"): (10 * DAY, 20 * DAY)}


def row(created: datetime | None, project: str = "p", kind: str = "project_logs") -> Aged:
    """A row of some project."""
    return Aged(project, kind, created)


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (30 * DAY + SECOND, Fate.GOES),
        (30 * DAY, Fate.EITHER),
        (30 * DAY - 5 * SECOND, Fate.EITHER),
        (30 * DAY - 6 * SECOND, Fate.STAYS),
        (-DAY, Fate.STAYS),
    ],
)
def test_edge_is_as_sharp_as_the_run_is_short(age: timedelta, expected: Fate) -> None:
    """What crosses the edge while a run goes on may be there or not; a second later it may not."""
    assert fate(row(NOW - age), POLICIES, SPAN) is expected


def test_nothing_goes_without_a_policy() -> None:
    """Neither another project's policy nor one for another type touches a row."""
    old = NOW - 5000 * DAY
    assert fate(row(old, project="q"), POLICIES, SPAN) is Fate.STAYS
    assert fate(row(old, kind="dataset"), POLICIES, SPAN) is Fate.STAYS


def test_row_without_a_time_is_new() -> None:
    """What says nothing of its age was made when it was written."""
    assert fate(row(None), POLICIES, SPAN) is Fate.STAYS


def test_between_two_windows_nobody_can_tell() -> None:
    """What is younger than one window that applies and older than another may stay or go."""
    ages = {age: fate(row(NOW - age * DAY, "q", "dataset"), POLICIES, SPAN) for age in (9, 15, 21)}
    assert ages == {9: Fate.STAYS, 15: Fate.EITHER, 21: Fate.GOES}


def test_clock_that_is_apart_blurs_the_edge() -> None:
    """The further apart the clocks may be, the less is judged around an edge."""
    near = [row(NOW - 30 * DAY + away * SECOND) for away in (-61, -59, 64, 66)]
    fates = [fate(one, POLICIES, SPAN.widened(60)) for one in near]
    assert fates == [Fate.GOES, Fate.EITHER, Fate.EITHER, Fate.STAYS]


@given(
    moment=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)),
    minutes=st.integers(-12 * 60, 14 * 60),
    digits=st.integers(0, 6),
)
def test_written_time_is_read_back(moment: datetime, minutes: int, digits: int) -> None:
    """A time in any zone names the same moment, but for what the digits cannot say."""
    aware = moment.replace(tzinfo=UTC)
    text = written(aware, offset=timedelta(minutes=minutes), digits=digits)
    lost = aware - datetime.fromisoformat(text)
    assert timedelta() <= lost < timedelta(seconds=10**-digits)
