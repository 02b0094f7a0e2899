"""A budget belongs to one token: not to its user, nor to all of them together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hypothesis import example, given
from hypothesis import strategies as st

from conformance import expect
from conformance.marks import observes, requirement, settings
from conformance.suites.rate_limits.facts import Facts
from conformance.suites.rate_limits.judging import Spent
from conformance.suites.rate_limits.sharing import SMALL, WHO, Alone, Turn, played

if TYPE_CHECKING:
    from conformance.observing import Results
    from conformance.options.values import Options
    from conformance.suites.rate_limits.tokens import Place

SPENT = "rate-limits.spent-"
ONE_BY_ONE = [(0, 3), (1, 3), (2, 3)]
IN_TURNS = [(who, 1) for _ in range(3) for who in range(len(WHO))]

turns = st.lists(st.tuples(st.integers(0, len(WHO) - 1), st.integers(1, 3)), min_size=2, max_size=9)


@requirement("RATE-05")
@settings(SMALL)
@given(turns=turns)
@example(turns=ONE_BY_ONE)
@example(turns=IN_TURNS)
def test_tokens_that_take_turns_have_their_own_budgets(
    place: Place, alone: Alone, turns: list[Turn]
) -> None:
    """Two tokens of one user and one of another take turns in any order: with each of them passes
    what passes when it is alone.
    """
    for shared in played(place, alone, turns):
        raise expect.Violation(
            expected="each of three tokens that take turns has a budget of its own",
            came=f"{shared.whose}: {shared.problem}; {shared.facts.told}",
            exchanges=shared.facts.exchange,
            entries=shared.facts.entries,
        )


@requirement("RATE-05")
@observes(SPENT)
def test_spent_token_spends_no_other(observed: Results, options: Options) -> None:
    """When one token's budget is spent, another token of its user and one of another user pass."""
    for spent in map(Spent.of, observed.matching(SPENT)):
        spent.need_limit()
        # What passes beyond the budget is for RATE-02.
        most = spent.budget.requests if spent.budget is not None else math.inf
        own = min(most, *(one.tally.granted // options.replicas for one in spent.turns))
        for whose, facts in spent.beside.items():
            expect.that(
                facts.tally.granted >= own or not facts.tally.course.refused,
                expected=f"when a token's budget is spent, {whose} is not refused before {own} of "
                f"its own requests have passed ({spent.name})",
                came=facts.told,
                exchanges=facts.exchange,
                entries=facts.entries,
            )


@requirement("RATE-05")
@observes(SPENT)
def test_each_token_of_a_crowd_passes(observed: Results) -> None:
    """Of many tokens, half of them of one user, each one passes once where once is the budget."""
    for spent in map(Spent.of, observed.matching(SPENT)):
        crowd = spent.crowd
        if crowd and crowd["lost"]:
            spent.need_limit()
            facts = Facts.from_json(crowd["lost"][0])
            raise expect.Violation(
                expected=f"each of {crowd['tokens']} tokens that were never used passes once, with "
                "a budget of 1",
                came=f"with {len(crowd['lost'])} of them nothing reached the control plane",
                exchanges=facts.exchange,
            )
