"""What the tests of a run did, put together from their phases as they arrive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypedDict

from conformance.outcomes import Broke, Done, Gathered, Outcome, Reason, worst_of

if TYPE_CHECKING:
    from collections.abc import Mapping

LAST_PHASE = "teardown"


class Told(TypedDict):
    """What the process that ran a phase tells the process that reports; JSON values only."""

    requirement: str
    name: str
    claim: str
    deployment: str | None
    collected: int
    narrowed: bool
    waited: float
    outcome: str
    broke: str | None
    reason: dict[str, object] | None
    evidence: list[dict[str, object]]


@dataclass(slots=True)
class Ran:
    """One test as far as it came; changed by `Gathering` only, in the thread of pytest."""

    nodeid: str
    requirement: str
    name: str
    claim: str
    outcome: Outcome = Outcome.PASSED
    seconds: float = 0.0
    reason: Reason | None = None
    broke: Broke | None = None
    evidence: list[Mapping[str, object]] = field(default_factory=list)
    finished: bool = False

    def add(self, outcome: Outcome, reason: Reason | None, broke: Broke | None) -> None:
        """Take the outcome of one more phase; the worst one stays."""
        worst = worst_of([self.outcome, outcome])
        if worst is not self.outcome:
            self.outcome, self.reason, self.broke = outcome, reason, broke

    def done(self) -> Done:
        """Return it as the verdict sees it."""
        return Done(
            self.requirement, self.nodeid, self.outcome, self.seconds, self.reason, self.broke
        )


class Gathering:
    """All tests of a run, in the order in which they began."""

    def __init__(self, *, narrowed: bool = False) -> None:
        self.tests: dict[str, Ran] = {}
        self.collected: dict[str, int] = {}
        self.narrowed = narrowed

    def tell(self, nodeid: str, told: Told, *, phase: str, seconds: float) -> Ran:
        """Take what the process that ran a phase of a test says of it."""
        id = told["requirement"]
        ran = self.tests.setdefault(nodeid, Ran(nodeid, id, told["name"], told["claim"]))
        self.collected[id] = max(told["collected"], self.collected.get(id, 0))
        self.narrowed = self.narrowed or told["narrowed"]
        reason, broke = told["reason"], told["broke"]
        ran.add(
            Outcome(told["outcome"]),
            None if reason is None else _reason(reason),
            None if broke is None else Broke(broke),
        )
        ran.seconds += max(seconds - told["waited"], 0.0)
        ran.evidence.extend(told["evidence"])
        ran.finished = ran.finished or phase == LAST_PHASE
        return ran

    def lose(self, nodeid: str, sentence: str) -> None:
        """Take that the process that ran a test is gone; without a known test this says nothing."""
        if nodeid in self.tests:
            reason = Reason(Broke.SUITE.value, sentence)
            self.tests[nodeid].add(Outcome.ERROR, reason, Broke.SUITE)

    def gathered(self, *, cut_short: bool) -> Gathered:
        """Return what the verdict needs; a test that began and did not end has passed nothing."""
        tests = tuple(
            ran.done()
            for ran in self.tests.values()
            if ran.finished or ran.outcome is not Outcome.PASSED
        )
        return Gathered(tests, self.collected, self.narrowed, cut_short)


def _reason(reason: Mapping[str, object]) -> Reason:
    unlock, row = reason["unlock"], reason["row"]
    assert isinstance(unlock, list | tuple)
    return Reason(
        str(reason["code"]),
        str(reason["sentence"]),
        tuple(str(option) for option in unlock),
        None if row is None else str(row),
    )
