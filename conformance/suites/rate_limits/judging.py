"""How tests of this area read what was observed, and say what was too much or too little."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from conformance import expect
from conformance.instruments.limiter import Budget, Verdict, judge
from conformance.suites.rate_limits.facts import Facts, many

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.observing import Observed

UNLOCK = "--dataplane-setting OUTBOUND_RATE_LIMIT_MAX_REQUESTS=N"
NOT_TOLD = "It is not known how many requests the data plane is configured for: declare it."


@dataclass(frozen=True, slots=True)
class Spent:
    """What was observed where budgets were spent; `budget` is None where nobody told it."""

    name: str
    budget: Budget | None
    turns: tuple[Facts, ...]
    bursts: tuple[Facts, ...]
    beside: Mapping[str, Facts]
    crowd: Mapping[str, Any] | None
    local: Mapping[str, Any] | None

    @classmethod
    def of(cls, observed: Observed) -> Spent:
        """Read the result of an observation."""
        row = observed.result
        requests, window = row["budget"], row["window"]
        return cls(
            observed.name,
            None if requests is None else Budget(requests, window),
            tuple(Facts.from_json(one) for one in row["turns"]),
            tuple(Facts.from_json(one) for one in row["bursts"]),
            {whose: Facts.from_json(one) for whose, one in row["beside"].items()},
            row["crowd"],
            row["local"],
        )

    @property
    def is_spent(self) -> bool:
        """Whether there is a limit: something passed, and later something was refused."""
        return any(one.tally.passed and one.tally.course.refused for one in self.turns)

    def need_limit(self) -> None:
        """Raise `Inconclusive` where no budget was seen to be spent."""
        if self.is_spent:
            return
        made, passed = self.turns[-1].tally.sent, self.turns[-1].tally.passed
        if not passed:
            expect.inconclusive(
                f"none of {made} calls that a data plane passes on was seen by the control plane "
                f"({self.name})",
                self.turns[-1].exchange,
            )
        expect.inconclusive(
            f"no limit was met: {passed} of {made} requests of one token passed ({self.name})",
            self.turns[-1].exchange,
        )


def expect_kept(facts: Sequence[Facts], budget: Budget, *, how: str, replicas: int) -> None:
    """Raise a `Violation` where no way of counting lets pass what tokens in turn let pass."""
    if not any(one.tally.passed for one in facts):
        expect.inconclusive(
            f"none of {facts[-1].tally.sent} calls that a data plane passes on was seen by the "
            "control plane",
            facts[-1].exchange,
        )
    judgement = judge((one.tally.course for one in facts), budget, replicas=replicas)
    if judgement.verdict is Verdict.UNCLEAR:
        expect.inconclusive(several(facts[-1], budget, replicas))
    most = max(facts, key=lambda one: one.tally.passed)
    again = "; with fresh tokens after it " if len(facts) > 1 else ""
    others = ", ".join(str(one.tally.passed) for one in facts[1:])
    expect.that(
        judgement.verdict is Verdict.KEPT,
        expected=f"{how}, at most {many(budget.requests)} of a token in {budget.window:g} s reach "
        "the control plane, in whatever way they are counted",
        came=f"{facts[0].told}{again}{others} (to see it again, make as many with a new key)",
        exchanges=most.exchange,
        entries=most.entries,
    )


def several(facts: Facts, budget: Budget, replicas: int) -> str:
    """Why it is unclear whether a budget was kept."""
    return (
        f"{facts.told}; a budget of {budget.requests} does not explain that, {replicas} processes "
        "that count for themselves do (--dataplane-replicas); whether they may is for RATE-12"
    )


def expect_nothing_denied(facts: Facts, *, name: str) -> None:
    """Raise a `Violation` where a request went out although it was refused."""
    denied = facts.tally.denied
    expect.that(
        not denied,
        expected="a request that was refused because of the limit is not passed on",
        came=f"{len(denied)} requests reached the control plane though they were refused ({name})",
        exchanges=facts.exchange,
        entries=facts.entries,
    )
