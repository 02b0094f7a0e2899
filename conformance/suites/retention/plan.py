"""What retention is tried on: projects with policies, and rows of every age, drawn from a seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from conformance.instruments.ages import written

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from random import Random

LOGS, EXPERIMENT, DATASET = TYPES = ("project_logs", "experiment", "dataset")
OURS, THEIRS = "first", "second"
"""The two organisations: the one that the deployment is for, and another one."""

DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
LONG_AGO = timedelta(days=5000)
OFFSETS = tuple(timedelta(minutes=each) for each in (0, 0, 60, -300, 330, 765, 840, -720))
EAST, WEST = timedelta(hours=14), timedelta(hours=-12)
SLACK = 10 * SECOND
"""How long before they get too old those rows are written that only just stay."""


@dataclass(frozen=True, slots=True)
class Territory:
    """A project: whose it is, and for how many days what it has of each type is kept.

    `other`: it has an automation too that is no policy.
    """

    label: str
    policies: Mapping[str, int] = field(default_factory=dict)
    organization: str = OURS
    other: bool = False


@dataclass(frozen=True, slots=True)
class Age:
    """How old something is to be: the moment as it is written, None for none, and in words."""

    text: str | None
    said: str

    @property
    def moment(self) -> datetime | None:
        """The moment that the text names."""
        return None if self.text is None else datetime.fromisoformat(self.text)


@dataclass(frozen=True, slots=True)
class Holder:
    """What rows are written into: a project's logs, an experiment or a dataset.

    `age` is its own; None for what is made through the data plane.
    """

    territory: str
    type: str
    ages: tuple[Age, ...]
    age: Age | None = None


def territories(random: Random, now: datetime) -> tuple[Territory, ...]:
    """The projects of a run. Windows differ, so that one taken for another is seen."""
    short, middle, long = random.sample((3, 5, 8), 1) + random.sample((30, 45, 60), 1) + [400]
    mixed = random.sample((4, 70, 500), 3)
    return (
        Territory("weeks", {LOGS: middle}),
        Territory("a-day", {LOGS: 1}),
        Territory("since-a-leap-day", {LOGS: (now - leap_day(now)).days}),
        Territory("experiments", {EXPERIMENT: short}),
        Territory("datasets", {DATASET: long}),
        Territory("everything", dict(zip(TYPES, mixed, strict=True))),
        Territory("nothing"),
        Territory("no-retention", other=True),
        Territory("of-others", {LOGS: 2}, organization=THEIRS),
    )


def leap_day(now: datetime) -> datetime:
    """The last 29th of February that is at least two days past."""
    year = now.year
    while True:
        if year % 4 == 0 and (year % 100 or year % 400 == 0):
            day = datetime(year, 2, 29, tzinfo=UTC)
            if day < now - 2 * DAY:
                return day
        year -= 1


def early(
    random: Random, now: datetime, lands: Iterable[Territory], *, drawn: int
) -> Iterator[Holder]:
    """What is written first: everything but what lies within seconds of an edge."""
    for land in lands:
        for type in TYPES:
            days = land.policies.get(type)
            if days is None:
                yield from _untouched(land, type, now)
                continue
            # An experiment is a request or two for each age, a row is none.
            many = drawn // 6 if type == EXPERIMENT else drawn
            ages = (*_spread(now, days), *_drawn(random, now, days, many))
            if type == LOGS:
                yield Holder(land.label, type, ages)
            elif type == DATASET:
                old = _age(now - LONG_AGO, "a dataset that is far older than any window")
                yield Holder(land.label, type, ages, old)
                yield Holder(land.label, type, (ages[0], ages[1]), old)
            else:
                yield from (Holder(land.label, type, (each, each), each) for each in ages)


def late(now: datetime, lands: Iterable[Territory], apart: float) -> Iterator[Holder]:
    """What lies on either side of an edge, as near as the clocks allow; for new holders, or logs'.

    `now` is when it is written.
    """
    blur = timedelta(seconds=apart)
    for land in lands:
        for type, days in land.policies.items():
            edge = now - days * DAY
            old = edge - SECOND - blur
            ages = (
                _age(old, "a second older than its window"),
                _age(old, "a second older than its window, told from the east", offset=EAST),
                _age(edge + SLACK + blur, "only just inside its window", digits=6),
                _age(edge + SLACK + blur, "only just inside, told from the west", offset=WEST),
            )
            if type == EXPERIMENT:
                yield from (Holder(land.label, type, (each, each), each) for each in ages)
            else:
                yield Holder(land.label, type, ages)


def overdue(now: datetime, land: Territory, many: int = 3) -> Holder:
    """A few rows of which there is no doubt that they are too old."""
    moment = now - 10 * land.policies[LOGS] * DAY
    age = _age(moment, "ten times older than its window")
    return Holder(land.label, LOGS, (age,) * many)


def _spread(now: datetime, days: int) -> tuple[Age, ...]:
    """Ages on either side of an edge, and those that are no ages; the first two have to go."""
    edge = now - days * DAY
    return (
        _age(edge - HOUR, "an hour older than its window"),
        _age(now - LONG_AGO, "far older than any window", digits=0),
        _age(edge - 23 * HOUR, "less than a day older than its window"),
        _age(edge - HOUR, "an hour older than its window, told from the east", offset=EAST),
        _age(edge - 25 * HOUR, "more than a day older than its window", offset=WEST),
        _age(edge + HOUR, "an hour inside its window", digits=6),
        _age(edge + 23 * HOUR, "less than a day inside its window"),
        _age(edge + HOUR, "an hour inside its window, told from the west", offset=WEST),
        _age(edge + 25 * HOUR, "more than a day inside its window", offset=EAST),
        _age(now + DAY, "from tomorrow"),
        _age(now + LONG_AGO, "from far in the future", digits=0),
        Age(None, "without a time of its own"),
    )


def _drawn(random: Random, now: datetime, days: int, many: int) -> Iterator[Age]:
    """Ages as they come, more of them near the edge than far from it."""
    edge = now - days * DAY
    for _ in range(many):
        away = timedelta(seconds=random.choice((-1, 1)) * 10 ** random.uniform(3.5, 8))
        if edge + away < now - LONG_AGO:
            away = -away
        yield _age(
            edge + away,
            "drawn",
            offset=random.choice(OFFSETS),
            digits=random.choice((0, 1, 3, 6)),
        )


def _untouched(land: Territory, type: str, now: datetime) -> Iterator[Holder]:
    """Old things that no policy is about."""
    ages = tuple(
        _age(now - age * DAY, f"{age} days old, and no policy applies") for age in (2, 90, 4000)
    )
    if land.organization == THEIRS:
        return
    if type == EXPERIMENT:
        yield from (Holder(land.label, type, (each, each), each) for each in ages)
    else:
        yield Holder(land.label, type, ages, ages[-1] if type == DATASET else None)


def _age(moment: datetime, said: str, *, offset: timedelta = timedelta(), digits: int = 3) -> Age:
    return Age(written(moment, offset=offset, digits=digits), said)
