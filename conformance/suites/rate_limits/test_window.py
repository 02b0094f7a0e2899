"""The window: when it is over a token passes again, and nothing passes as if it were shorter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance import expect
from conformance.instruments.limiter import Budget, Span, overfull, overlong, starved
from conformance.marks import observes, requirement
from conformance.suites.rate_limits.facts import Facts

if TYPE_CHECKING:
    from conformance.observing import Results

WINDOWS = "rate-limits.windows"
GRAIN = 0.02
"""How coarse a limiter's own clock may be, as a part of a window."""


@requirement("RATE-04")
@observes(WINDOWS)
def test_token_passes_again_after_a_window(observed: Results) -> None:
    """A token whose budget is spent passes again when a full window is over, whether it rests or
    goes on asking.
    """
    budget, tokens = _watched(observed)
    for name in ("pressing", "pressing later", "resting"):
        facts = tokens[name]
        _need_refusals(facts, name)
        refusal = overlong(facts.tally.course, budget, slack=_slack(facts, budget))
        _expect_passage(refusal, facts, budget, f"{name}: a full window after it was spent")


@requirement("RATE-04")
@observes(WINDOWS)
def test_refusals_do_not_starve_a_token(observed: Results) -> None:
    """A token is refused only where a whole budget of it passed in the last two windows, however
    often it asks.
    """
    budget, tokens = _watched(observed)
    for name, facts in tokens.items():
        refusal = starved(facts.tally.course, budget, slack=_slack(facts, budget))
        what = f"{name}: with less than a budget passed in the last two windows"
        _expect_passage(refusal, facts, budget, what)


@requirement("RATE-04")
@observes(WINDOWS)
def test_windows_in_a_row_are_not_overfull(observed: Results) -> None:
    """In no k windows in a row do more than k + 1 budgets of a token pass."""
    budget, tokens = _watched(observed)
    _need_refusals(tokens["pressing"], "pressing")
    for name, facts in tokens.items():
        found = overfull(facts.tally.course, budget)
        if found is not None:
            raise expect.Violation(
                expected=f"in {found.windows} windows of {budget.window:g} s at most "
                f"{(found.windows + 1) * budget.requests} requests of one token pass (a budget of "
                f"{budget.requests} for each, and one for windows that begin in between)",
                came=f"{found.passed} within {found.seconds:.2f} s ({name}); in all {facts.told}",
                exchanges=facts.exchange,
                entries=facts.entries,
            )


def _watched(observed: Results) -> tuple[Budget, dict[str, Facts]]:
    row = observed[WINDOWS].result
    tokens = {name: Facts.from_json(one) for name, one in row["tokens"].items()}
    if not any(facts.tally.passed for facts in tokens.values()):
        expect.inconclusive(
            "no call that a data plane passes on was seen by the control plane",
            tokens["pressing"].exchange,
        )
    return Budget(row["budget"], row["window"]), tokens


def _need_refusals(facts: Facts, name: str) -> None:
    if not facts.tally.course.refused:
        expect.inconclusive(f"{name}: the budget was never seen to be spent", facts.exchange)


def _slack(facts: Facts, budget: Budget) -> float:
    return facts.tally.uncertainty + GRAIN * budget.window


def _expect_passage(refusal: Span | None, facts: Facts, budget: Budget, what: str) -> None:
    if refusal is None:
        return
    course = facts.tally.course
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
