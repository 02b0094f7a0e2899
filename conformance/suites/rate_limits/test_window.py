"""The window: when it is over a token passes again, and nothing passes as if it were shorter."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance import expect
from conformance.instruments.limiter import Budget, Span, overfull, overlong, starved
from conformance.marks import observes, requirement
from conformance.suites.rate_limits.facts import Facts
from conformance.suites.rate_limits.judging import several

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.observing import Results
    from conformance.options.values import Options

WINDOWS = "rate-limits.windows"
TWO = "a budget passed in the last two windows"
GRAIN = 0.02
"""How coarse a limiter's own clock may be, as a part of a window."""


@requirement("RATE-04")
@observes(WINDOWS)
def test_token_passes_again_after_a_window(observed: Results) -> None:
    """A token whose budget is spent passes again when a full window is over, whether it rests or
    goes on asking.
    """
    seen = Seen.of(observed)
    for name, facts in seen.whole.items():
        refusal = overlong(facts.tally.course, seen.budget, slack=seen.slack)
        _expect_passage(refusal, facts, seen, f"{name}: a full window after it was spent")


@requirement("RATE-04")
@observes(WINDOWS)
def test_refusals_do_not_starve_a_token(observed: Results) -> None:
    """A token is refused only where a whole budget of it passed in the last two windows, however
    often it asks.
    """
    seen = Seen.of(observed)
    for name, facts in seen.whole.items():
        refusal = starved(facts.tally.course, seen.spent, slack=seen.slack)
        _expect_passage(refusal, facts, seen, f"{name}: with less than {TWO}")


@requirement("RATE-04")
@observes(WINDOWS)
def test_token_that_asks_for_less_is_never_refused(observed: Results) -> None:
    """A token that asks for less than its budget in each window passes every time."""
    seen = Seen.of(observed)
    refusals = {
        name: starved(facts.tally.course, seen.spent, slack=seen.slack)
        for name, facts in seen.easy.items()
    }
    # All of them, or something else than the window is amiss: others may use up their budgets.
    if all(refusals.values()):
        for name, facts in seen.easy.items():
            _expect_passage(refusals[name], facts, seen, f"{name}: with less than {TWO}")


@requirement("RATE-04")
@observes(WINDOWS)
def test_windows_in_a_row_are_not_overfull(observed: Results, options: Options) -> None:
    """In no k windows in a row do more than k + 1 budgets of a token pass."""
    seen = Seen.of(observed)
    budget = seen.budget
    together = Budget(budget.requests * options.replicas, budget.window)
    for name, facts in seen.tokens.items():
        found = overfull(facts.tally.course, budget)
        if found is not None:
            if overfull(facts.tally.course, together) is None:
                expect.inconclusive(several(facts, budget, options.replicas))
            raise expect.Violation(
                expected=f"in {found.windows} windows of {budget.window:g} s at most "
                f"{(found.windows + 1) * budget.requests} requests of one token pass (a budget of "
                f"{budget.requests} for each, and one for windows that begin in between)",
                came=f"{found.passed} within {found.seconds:.2f} s ({name}); in all {facts.told}",
                exchanges=facts.exchange,
                entries=facts.entries,
            )


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of some tokens over some windows."""

    budget: Budget
    tokens: Mapping[str, Facts]

    @classmethod
    def of(cls, observed: Results) -> Seen:
        """Read the result of the observation; `Inconclusive` where nothing was limited."""
        row = observed[WINDOWS].result
        tokens = {name: Facts.from_json(one) for name, one in row["tokens"].items()}
        pressing = tokens["pressing"]
        if not pressing.tally.passed:
            expect.inconclusive(
                "no call that a data plane passes on was seen by the control plane",
                pressing.exchange,
            )
        return cls(Budget(row["budget"], row["window"]), tokens)

    @property
    def spent(self) -> Budget:
        """As much of the budget as passes: whether that is all of it is for RATE-13."""
        most = max(self._at_first(facts) for facts in self._begun.values())
        return Budget(max(min(most, self.budget.requests), 1), self.budget.window)

    @property
    def whole(self) -> Mapping[str, Facts]:
        """Those that began by spending a whole budget: if they could not, it is for RATE-05."""
        wanted = self.spent.requests
        return {
            name: facts for name, facts in self._begun.items() if self._at_first(facts) >= wanted
        }

    @property
    def easy(self) -> Mapping[str, Facts]:
        """Those that asked for less than they may."""
        return {name: facts for name, facts in self.tokens.items() if name.startswith("easy")}

    @property
    def slack(self) -> float:
        """How late, in seconds, the limiter's own clock may be."""
        return GRAIN * self.budget.window

    @property
    def _begun(self) -> Mapping[str, Facts]:
        return {name: facts for name, facts in self.tokens.items() if name not in self.easy}

    @staticmethod
    def _at_first(facts: Facts) -> int:
        course = facts.tally.course
        first = min((span.latest for span in course.refused), default=math.inf)
        return sum(1 for span in course.passed if span.earliest <= first)


def _expect_passage(refusal: Span | None, facts: Facts, seen: Seen, what: str) -> None:
    if refusal is None:
        return
    course, budget = facts.tally.course, seen.budget
    began = min((span.earliest for span in course.passed), default=refusal.earliest)
    passed = [span.earliest - began for span in course.passed if span.earliest < refusal.earliest]
    raise expect.Violation(
        expected=f"{what} (budget {budget.requests} in {budget.window:g} s), a token passes again",
        came=f"a refusal {refusal.earliest - began:.2f} s after its first request, when what had "
        f"passed was {', '.join(f'{at:.2f}' for at in passed[-8:]) or 'nothing'} (seconds); in all "
        f"{facts.told}",
        exchanges=facts.exchange,
        entries=facts.entries,
    )
