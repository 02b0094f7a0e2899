"""Tokens side by side: whether what one of them may do depends on what the others did."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance import expect
from conformance.suites.rate_limits.facts import Facts
from conformance.suites.rate_limits.spending import spend

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from conformance.suites.rate_limits.tokens import Place

SMALL = {"OUTBOUND_RATE_LIMIT_MAX_REQUESTS": "4", "OUTBOUND_RATE_LIMIT_WINDOW_MINUTES": "60"}
WHO = ("a token", "another token of the same user", "a token of another user")
MOST = 300
TRIES = 3

Turn = tuple[int, int]
"""Whose turn it is, and how many thirds of a budget are asked for."""


@dataclass(frozen=True, slots=True)
class Alone:
    """How many requests pass with a token at least, and at most, when nobody is beside it.

    Where each of several processes counts for itself, there is no such most.
    """

    least: int
    most: float


@dataclass(frozen=True, slots=True)
class Shared:
    """What one token did among others, and what speaks against a budget of its own."""

    whose: str
    facts: Facts
    problem: str


def measured(place: Place, replicas: int) -> Alone:
    """Spend the budgets of two tokens; `Inconclusive` where that cannot be seen."""
    counts = []
    for _ in range(2):
        token = place.token()
        token.greet()
        if not spend(token, MOST // 3):
            expect.inconclusive(f"no limit was met: {token.count()} requests of one token passed")
        counts.append(token.tally().granted)
    if not all(counts):
        expect.inconclusive("no call that a data plane passes on was seen by the control plane")
    if replicas > 1:
        return Alone(-(-min(counts) // replicas), math.inf)
    return Alone(min(counts), max(counts))


def played(place: Place, alone: Alone, turns: Sequence[Turn]) -> list[Shared]:
    """Let tokens take turns, and return those that did not have a budget of their own.

    What a window that ends just then explains does not come again: it is tried up to three times.
    """
    problems: list[Shared] = []
    for _ in range(TRIES):
        problems = list(_problems(place, alone, turns))
        if not problems:
            break
    return problems


def _problems(place: Place, alone: Alone, turns: Sequence[Turn]) -> Iterator[Shared]:
    owner = place.person()
    tokens = [place.token(owner), place.token(owner), place.token()]
    third = -(-alone.least // 3)
    for who, thirds in turns:
        if not tokens[who].attempts:
            tokens[who].greet()
        for _ in range(thirds * third):
            tokens[who].ask()
    for whose, token in zip(WHO, tokens, strict=True):
        if token.attempts:
            facts = Facts.of(token)
            problem = _problem(facts, alone)
            if problem:
                yield Shared(whose, facts, problem)


def _problem(facts: Facts, alone: Alone) -> str:
    if facts.tally.granted > alone.most:
        return f"more passed than the {alone.most} that pass alone"
    if facts.tally.granted < alone.least and facts.tally.course.refused:
        return f"it was refused before the {alone.least} that pass alone had passed"
    return ""
