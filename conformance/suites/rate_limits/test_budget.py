"""How much one token causes outside: never more than its budget, and not less."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import expect
from conformance.marks import observes, requirement
from conformance.suites.rate_limits.facts import Facts
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
DEFAULT = f"{SPENT}default"
CONFIGURED = f"{SPENT}of-"
WINDOWS = "rate-limits.windows"
OFF = "rate-limits.off"


@requirement("RATE-01")
@observes(DEFAULT)
def test_default_budget_is_a_hundred_a_minute(observed: Results, options: Options) -> None:
    """With neither variable set, one token's requests pass at most 100 times in a minute."""
    spent = Spent.of(observed[DEFAULT])
    if spent.budget is not None:
        how = "with neither variable of the limit set"
        expect_kept(spent.turns, spent.budget, how=how, replicas=options.replicas)


@requirement("RATE-02")
@observes(CONFIGURED)
def test_configured_budget_is_kept(observed: Results, options: Options) -> None:
    """Asked one after the other, over new connections and on several endpoints, one token's
    requests pass at most N times in a window.
    """
    for one in observed.matching(CONFIGURED):
        spent = Spent.of(one)
        if spent.budget is not None:
            how = f"with a budget of {spent.budget.requests} configured"
            expect_kept(spent.turns, spent.budget, how=how, replicas=options.replicas)


@requirement("RATE-02")
@observes(CONFIGURED)
def test_refused_request_is_not_passed_on_later(observed: Results) -> None:
    """What is refused is not kept back and passed on when its caller has been answered."""
    for one in observed.matching(CONFIGURED):
        for facts in Spent.of(one).turns:
            expect_nothing_denied(facts, name=one.name)


@requirement("RATE-02")
@observes(WINDOWS)
def test_next_window_does_not_bring_what_was_refused(observed: Results) -> None:
    """What is refused in one window is not passed on in the next."""
    one = observed[WINDOWS]
    for row in one.result["tokens"].values():
        expect_nothing_denied(Facts.from_json(row), name=one.name)


@requirement("RATE-13")
@observes(SPENT)
def test_whole_budget_passes(observed: Results) -> None:
    """In a fresh window, no fewer requests than the budget reach the control plane."""
    known = [spent for spent in map(Spent.of, observed.matching(SPENT)) if spent.budget is not None]
    if not known:
        raise expect.OutOfReach(NOT_TOLD, unlock=UNLOCK)
    for spent in known:
        _expect_whole(spent)


@requirement("RATE-03")
@observes(OFF)
def test_zero_is_no_limit(observed: Results) -> None:
    """With a budget of 0, twenty times the default budget passes with one token at once."""
    row = observed[OFF].result
    facts, wanted = Facts.from_json(row["facts"]), row["requests"]
    if not facts.tally.passed and facts.exchange.ok:
        expect.inconclusive(
            "no call that a data plane passes on was seen by the control plane", facts.exchange
        )
    expect.that(
        facts.tally.passed >= wanted,
        expected=f"with a budget of 0 nothing is limited: {wanted} requests of one token pass",
        came=facts.told,
        exchanges=facts.exchange,
        entries=facts.entries,
    )


def _expect_whole(spent: Spent) -> None:
    budget = spent.budget
    if budget is None or not any(facts.tally.passed for facts in spent.turns):
        spent.need_limit()
        return
    most = max(spent.turns, key=lambda facts: facts.tally.passed)
    expect.that(
        most.tally.passed >= budget.requests,
        expected=f"with a budget of {budget.requests} in {budget.window:g} s, so many requests of "
        "one token pass in a fresh window",
        came=most.told,
        exchanges=most.exchange,
        entries=most.entries,
    )
