"""Spending budgets: alone, in a burst, with other tokens beside it; what came of it as facts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from conformance.instruments.limiter import BY_THE_CLOCK, Budget, judge
from conformance.suites.rate_limits.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.observing import JsonObject
    from conformance.suites.rate_limits.tokens import Place, Token

TRIES = 3
CONNECTIONS = 64
FEW_CONNECTIONS = 8
BURST = 20
IN_A_ROW = 6
AGAIN = 20
SILENT = 3


def spend(token: Token, requests: int, *, mixed: bool = False) -> bool:
    """Ask until a token's budget is spent; return whether it was before far more was asked."""
    refused = 0
    while refused < IN_A_ROW and len(token.attempts) < 3 * requests + 2 * IN_A_ROW:
        refused = 0 if token.ask(mixed=mixed) else refused + 1
    return refused >= IN_A_ROW


def spent_in_turn(
    place: Place, budget: Budget, pause: Callable[[], object], *, tries: int = TRIES
) -> tuple[list[Facts], Token]:
    """Spend the budget of one token, and ask again after a pause, when it must still be spent.

    Where more or less passes than the budget, others get their turn: what a window that ends just
    then explains, it explains for one of them only.
    """
    found: list[Facts] = []
    for _ in range(tries):
        token = place.token()
        token.greet()
        spend(token, budget.requests, mixed=True)
        pause()
        for _ in range(min(budget.requests + 1, AGAIN)):
            token.ask(mixed=True)
        found.append(Facts.of(token))
        if found[-1].tally.passed >= budget.requests and not _is_doubted(found[-1], budget):
            break
    return found, token


def bursts(place: Place, budget: Budget) -> list[Facts]:
    """Make twenty times the budget's requests with one token, on 64 connections at a time.

    Where more passes than the budget, others get their turn, as above.
    """
    found: list[Facts] = []
    for _ in range(TRIES):
        token = place.token()
        for _ in range(math.ceil(BURST * budget.requests / CONNECTIONS)):
            token.volley(CONNECTIONS)
        found.append(Facts.of(token))
        if not _is_doubted(found[-1], budget):
            break
    return found


def _is_doubted(facts: Facts, budget: Budget) -> bool:
    return judge([facts.tally.course], budget).by == BY_THE_CLOCK


def beside(place: Place, spent: Token) -> dict[str, Facts]:
    """Ask once with another token of the same user, and with one of another user."""
    tokens = {
        "another token of the same user": place.token(spent.caller.person),
        "a token of another user": place.token(),
    }
    for token in tokens.values():
        token.greet()
        token.ask()
    return {whose: Facts.of(token) for whose, token in tokens.items()}


def crowd(place: Place, size: int) -> JsonObject:
    """Ask once with each of many tokens, half of them of one user; again where nothing came.

    Their budget is one request, so that any two that share it are seen.
    """
    person = place.person()
    tokens = [place.token(person if number % 2 else None) for number in range(size)]
    for token in tokens:
        token.ask()
    silent = [token for token in tokens if not token.count()]
    for token in silent:
        token.ask()
    lost = [token for token in silent if not token.count()]
    return {"tokens": size, "lost": [Facts.of(token).to_json() for token in lost]}


def unlimited(place: Place, requests: int) -> Facts:
    """Make so many requests with one token that pass, unless nothing passes any more."""
    token = place.token()
    passed = silent = 0
    while passed < requests and silent < SILENT and len(token.attempts) < 3 * requests:
        answers = token.volley(FEW_CONNECTIONS)
        passed += answers.count(True)
        silent = 0 if any(answers) else silent + 1
    return Facts.of(token)
