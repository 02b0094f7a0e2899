"""Spending budgets: alone, in a burst, with other tokens beside it; what came of it as facts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from conformance.instruments.limiter import Budget, judge
from conformance.suites.rate_limits.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.observing import JsonObject
    from conformance.suites.rate_limits.tokens import Place, Token

TRIES = 3
SINGLY = 20
AT_ONCE = 32
CONNECTIONS = 64
BURST = 20
IN_A_ROW = 6
SILENT = 3


def spend(token: Token, requests: int) -> bool:
    """Ask until a token's budget is spent; return whether it was, or far more was asked.

    Small budgets are spent request by request, each over a connection of its own.
    """
    at_once = 1 if requests <= SINGLY else AT_ONCE
    wanted = IN_A_ROW if at_once == 1 else AT_ONCE // 2
    refused = 0
    while len(token.attempts) < 3 * requests + 2 * wanted:
        answers = [exchange.ok for exchange in token.ask(at_once)]
        refused = answers.count(False) + (0 if any(answers) else refused)
        if refused >= wanted:
            return True
    return False


def spent_in_turn(
    place: Place, budget: Budget, pause: Callable[[], object]
) -> tuple[list[Facts], Token]:
    """Spend the budget of one token, and once more after a pause, when it must still be spent.

    Where that does not come out as it should with the first token, others get their turn: what a
    window that ends just then explains, it explains for one of them only.
    """

    def use(token: Token) -> None:
        spend(token, budget.requests)
        pause()
        ask = min(budget.requests + 1, AT_ONCE)
        for at_once in [1] * ask if budget.requests <= SINGLY else [ask]:
            token.ask(at_once)

    return _in_turn(place, budget, use)


def bursts(place: Place, budget: Budget) -> list[Facts]:
    """Make twenty times the budget's requests with one token, on 64 connections at a time."""

    def use(token: Token) -> None:
        token.ask()
        for _ in range(math.ceil(BURST * budget.requests / CONNECTIONS)):
            token.ask(CONNECTIONS)

    return _in_turn(place, budget, use)[0]


def _in_turn(
    place: Place, budget: Budget, use: Callable[[Token], None]
) -> tuple[list[Facts], Token]:
    found: list[Facts] = []
    for _ in range(TRIES):
        token = place.token()
        use(token)
        found.append(Facts.of(token))
        tally = found[-1].tally
        doubted = judge([tally.course], budget).by == "windows that begin by the clock"
        if tally.passed >= budget.requests and not doubted:
            break
    return found, token


def beside(place: Place, spent: Token) -> JsonObject:
    """Ask once with another token of the same user, and with one of another user."""
    tokens = {
        "another token of the same user": place.token(spent.caller.person),
        "a token of another user": place.token(),
    }
    for token in tokens.values():
        token.ask()
        if not token.count():
            token.ask()
    return {whose: Facts.of(token).to_json() for whose, token in tokens.items()}


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
    return {"tokens": size, "lost": len(lost), "facts": [Facts.of(t).to_json() for t in lost[:1]]}


def unlimited(place: Place, requests: int) -> Facts:
    """Make so many requests with one token that pass, unless nothing passes any more."""
    token = place.token()
    passed = silent = 0
    while passed < requests and silent < SILENT and len(token.attempts) < 3 * requests:
        answers = [exchange.ok for exchange in token.ask(CONNECTIONS)]
        passed += answers.count(True)
        silent = 0 if any(answers) else silent + 1
    return Facts.of(token)
