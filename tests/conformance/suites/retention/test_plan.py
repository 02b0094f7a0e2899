"""What retention is tried on lies on both sides of every edge, whatever the seed and the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.instruments.ages import Aged, Fate, Span, fate
from conformance.suites.retention import plan
from conformance.suites.retention.judging import windows_of
from conformance.suites.retention.plan import EXPERIMENT, LOGS, TYPES, Holder

DAYS = st.datetimes(datetime(2025, 1, 1), datetime(2060, 1, 1))
SEEDS = st.integers(0, 2**32)


def fates(seed: int, now: datetime, holders: list[Holder]) -> dict[tuple[str, str], set[Fate]]:
    """What becomes of what is in each project, of each type, in a run that begins now."""
    lands = plan.territories(Random(seed), now)
    windows = windows_of({land.label: land.policies for land in lands})
    found: dict[tuple[str, str], set[Fate]] = {}
    for holder in holders:
        for age in holder.ages:
            thing = Aged(holder.territory, holder.type, age.moment)
            became = fate(thing, windows, Span(now, now + timedelta(seconds=5)))
            found.setdefault((holder.territory, holder.type), set()).add(became)
    return found


@given(seed=SEEDS, day=DAYS)
def test_every_policy_has_what_stays_and_what_goes(seed: int, day: datetime) -> None:
    """Wherever a policy applies there is both, and where none does nothing has to go."""
    now = day.replace(tzinfo=UTC)
    random = Random(seed)
    lands = plan.territories(random, now)
    found = fates(seed, now, list(plan.early(random, now, lands, drawn=6)))
    policies = {(land.label, type) for land in lands for type in land.policies}
    assert {key for key, became in found.items() if became == {Fate.STAYS, Fate.GOES}} == policies
    assert all(became == {Fate.STAYS} for key, became in found.items() if key not in policies)


@given(seed=SEEDS, day=DAYS)
def test_what_is_late_is_within_seconds_of_its_edge(seed: int, day: datetime) -> None:
    """What is written last stays or goes by seconds, on each side of every policy."""
    now = day.replace(tzinfo=UTC)
    lands = plan.territories(Random(seed), now)
    holders = list(plan.late(now, lands, 0.0))
    assert all(became == {Fate.STAYS, Fate.GOES} for became in fates(seed, now, holders).values())
    windows = {(land.label, type): days for land in lands for type, days in land.policies.items()}
    for holder in holders:
        edge = now - timedelta(days=windows[holder.territory, holder.type])
        moments = [age.moment for age in holder.ages if age.moment is not None]
        assert all(abs(moment - edge) <= plan.SLACK for moment in moments)


@given(seed=SEEDS, day=DAYS)
def test_experiments_agree_with_their_rows(seed: int, day: datetime) -> None:
    """Whether an experiment's age is its own or its rows' makes no difference here."""
    now = day.replace(tzinfo=UTC)
    random = Random(seed)
    lands = plan.territories(random, now)
    early, late = plan.early(random, now, lands, drawn=6), plan.late(now, lands, 0.0)
    for holder in (*early, *late):
        if holder.type == EXPERIMENT:
            assert {age.text for age in holder.ages} == {holder.age.text if holder.age else None}


def test_windows_of_one_project_differ() -> None:
    """A policy for one type that is taken for another one's is seen."""
    lands = plan.territories(Random(1), datetime(2026, 6, 1, tzinfo=UTC))
    (everything,) = [land for land in lands if len(land.policies) == len(TYPES)]
    assert len(set(everything.policies.values())) == len(TYPES)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 25, tzinfo=UTC), datetime(2024, 2, 29, tzinfo=UTC)),
        (datetime(2028, 3, 1, tzinfo=UTC), datetime(2024, 2, 29, tzinfo=UTC)),
        (datetime(2028, 3, 4, tzinfo=UTC), datetime(2028, 2, 29, tzinfo=UTC)),
        (datetime(2101, 1, 1, tzinfo=UTC), datetime(2096, 2, 29, tzinfo=UTC)),
    ],
)
def test_last_leap_day_is_found(now: datetime, expected: datetime) -> None:
    """The last leap day is one that is well past; 2100 has none."""
    assert plan.leap_day(now) == expected


def test_overdue_rows_have_to_go() -> None:
    """What must not go with a revoked token is too old beyond any doubt."""
    now = datetime(2026, 6, 1, tzinfo=UTC)
    land = plan.territories(Random(1), now)[0]
    holder = plan.overdue(now, land)
    things = [Aged(land.label, LOGS, age.moment) for age in holder.ages]
    windows = windows_of({land.label: land.policies})
    assert {fate(one, windows, Span(now, now)) for one in things} == {Fate.GOES}
