"""What retention may delete: the model that a data plane is compared with, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

__all__ = ["Aged", "Fate", "Policies", "Span", "fate", "written"]

Policies = Mapping[tuple[str, str], Sequence[timedelta]]
"""The windows that apply to what a project has of one type."""


class Fate(StrEnum):
    """What must have become of something after a run, or that nobody can tell."""

    STAYS = "stays"
    GOES = "goes"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Aged:
    """Something with an age; `created` is None for what was made when it was written."""

    project: str
    type: str
    created: datetime | None


@dataclass(frozen=True, slots=True)
class Span:
    """Between which two moments, by the clock of who deletes, ages may have been taken."""

    first: datetime
    last: datetime

    def widened(self, seconds: float) -> Span:
        """The span for a clock that may be so many seconds ahead or behind."""
        apart = timedelta(seconds=seconds)
        return Span(self.first - apart, self.last + apart)


def fate(thing: Aged, policies: Policies, span: Span) -> Fate:
    """Return what a run must do with a thing: what is younger than every window stays."""
    windows = policies.get((thing.project, thing.type), ())
    if not windows or thing.created is None:
        return Fate.STAYS
    ends = [thing.created + window for window in windows]
    if all(end > span.last for end in ends):
        return Fate.STAYS
    if all(end < span.first for end in ends):
        return Fate.GOES
    return Fate.EITHER


def written(moment: datetime, *, offset: timedelta = timedelta(), digits: int = 3) -> str:
    """Return how a moment is written in a time zone, with so many digits of a second.

    What the digits cannot say is cut off. An offset of nothing is written as Z.
    """
    local = (moment + offset).replace(tzinfo=None)
    fraction = f".{local.microsecond:06d}"[: digits + 1] if digits else ""
    minutes = abs(offset) // timedelta(minutes=1)
    sign = "-" if offset < timedelta() else "+"
    zone = f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" if offset else "Z"
    return f"{local:%Y-%m-%dT%H:%M:%S}{fraction}{zone}"
