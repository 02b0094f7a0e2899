"""What a test did: an outcome, and why. Pure.

Where there are several, the worst wins: failed, error, inconclusive, skipped, passed. So what broke
never hides harm that was seen, and what was merely not judged never hides what broke.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Outcome(StrEnum):
    """What became of a test, and of a requirement."""

    PASSED = "passed"
    FAILED = "failed"
    INCONCLUSIVE = "inconclusive"
    SKIPPED = "skipped"
    ERROR = "error"


class Broke(StrEnum):
    """Whose fault an error is; it is never the data plane's."""

    ENVIRONMENT = "environment"
    SUITE = "suite"


PRECEDENCE = (
    Outcome.FAILED,
    Outcome.ERROR,
    Outcome.INCONCLUSIVE,
    Outcome.SKIPPED,
    Outcome.PASSED,
)
"""Worst first: the outcome of several is the first of these that one of them has."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a requirement, or a test, has its outcome: a code for machines, a sentence for people.

    `unlock` says what to pass so that it can be judged; `row` names a row of the wire profile
    that would have to be confirmed.
    """

    code: str
    sentence: str
    unlock: tuple[str, ...] = ()
    row: str | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What one test did, over its set-up, call and teardown."""

    requirement: str
    nodeid: str
    outcome: Outcome
    seconds: float = 0.0
    reason: Reason | None = None
    broke: Broke | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Everything that a run saw of its tests.

    `collected` counts the tests of a requirement that were to run. `narrowed`: the user had only
    a part of the suite collected. `cut_short`: the run ended before its time.
    """

    tests: tuple[Done, ...] = ()
    collected: Mapping[str, int] = field(default_factory=dict)
    narrowed: bool = False
    cut_short: bool = False


def worst_of(outcomes: Iterable[Outcome]) -> Outcome | None:
    """Return the outcome that several have together; None if there is none at all."""
    return min(outcomes, key=PRECEDENCE.index, default=None)
