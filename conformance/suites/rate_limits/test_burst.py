"""Many connections at once: the budget is the token's, not the connection's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import expect
from conformance.marks import observes, requirement
from conformance.suites.rate_limits.judging import (
    NOT_TOLD,
    UNLOCK,
    Spent,
    expect_kept,
    expect_nothing_denied,
)

if TYPE_CHECKING:
    from conformance.observing import Results
    from conformance.options.values import Options

SPENT = "rate-limits.spent-"


@requirement("RATE-08")
@observes(SPENT)
def test_burst_passes_no_more_than_the_budget(observed: Results, options: Options) -> None:
    """Twenty times the budget's requests on 64 connections at a time pass no more than it."""
    known = [
        (spent, spent.budget)
        for spent in map(Spent.of, observed.matching(SPENT))
        if spent.bursts and spent.budget is not None
    ]
    if not known:
        raise expect.OutOfReach(NOT_TOLD, unlock=UNLOCK)
    for spent, budget in known:
        how = f"with {spent.bursts[0].tally.sent} requests on 64 connections at a time"
        expect_kept(spent.bursts, budget, how=how, replicas=options.replicas)
        for facts in spent.bursts:
            expect_nothing_denied(facts, name=spent.name)
