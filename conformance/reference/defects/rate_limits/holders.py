"""Budgets that belong to more than a token, or to less than one."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.authentication import Authentication
from conformance.reference.defects.definition import defect
from conformance.reference.limiter import Limiter, Outbound

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.reference.caller import Caller
    from conformance.reference.composition import Reference
    from conformance.reference.settings import Budget

PREFIX = 1
COUNTERS = 40
PROCESSES = 2
CROWD = 40
MOMENT = 0.05


class Shared(Limiter):
    """A limiter for which some tokens, once it is known whose they are, have one budget."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.holders: dict[str, str] = {}

    def key(self, outbound: Outbound) -> str:
        """Return what has the budget: who holds the token, or else the token."""
        return self.holders.get(outbound.token) or super().key(outbound)

    def learn(self, token: str, holder: str) -> None:
        """Learn who holds a token; what it has used counts as the holder's from now on."""
        if token in self.holders:
            return
        own = super().key(Outbound(token, "", ""))
        used = self.budget.requests - self.strategy.get_window_stats(self.window, own).remaining
        self.holders[token] = holder
        for _ in range(used):
            self.strategy.hit(self.window, holder)


def _sharing(reference: Reference, holder: Callable[[Caller], str]) -> Reference:
    settings = reference.settings
    limiter = Shared(settings.budget)

    class Learning(Authentication):
        def remember(self, caller: Caller) -> None:
            super().remember(caller)
            limiter.learn(caller.credentials.token, holder(caller))

    learning = Learning(settings.authentication_seconds, settings.budget.seconds)
    return replace(reference, authentication=learning, limiter=limiter)


@defect(breaks={"RATE-05"})
def shares_a_budget_within_an_organisation(reference: Reference) -> Reference:
    """All tokens of an organisation have one budget."""
    return _sharing(reference, lambda caller: caller.organizations[0].id)


@defect(breaks={"RATE-05"})
def shares_a_budget_within_a_user(reference: Reference) -> Reference:
    """All tokens of a user have one budget."""
    return _sharing(reference, lambda caller: caller.user_id)


@defect(breaks={"RATE-05"})
def knows_tokens_by_the_beginning_of_a_hash(reference: Reference) -> Reference:
    """Where one request is the budget, tokens whose hashes begin with the same digit share it."""

    class Flawed(Limiter):
        def key(self, outbound: Outbound) -> str:
            whole = super().key(outbound)
            return whole[:PREFIX] if self.budget.requests == 1 else whole

    return replace(reference, limiter=Flawed(reference.settings.budget))


@defect(breaks={"RATE-05"})
def hands_out_counters_in_turn(reference: Reference) -> Reference:
    """There are 40 counters; the token after the last of them gets one that is in use."""

    class Flawed(Limiter):
        def __init__(self, budget: Budget) -> None:
            super().__init__(budget)
            self.counters: dict[str, int] = {}

        def key(self, outbound: Outbound) -> str:
            number = self.counters.setdefault(super().key(outbound), len(self.counters))
            return str(number % COUNTERS)

    return replace(reference, limiter=Flawed(reference.settings.budget))


@defect(breaks={"RATE-01", "RATE-02"})
def has_a_budget_for_each_endpoint(reference: Reference) -> Reference:
    """Each path of the control plane has a budget of its own."""

    class Flawed(Limiter):
        def key(self, outbound: Outbound) -> str:
            return super().key(outbound) + outbound.path

    return replace(reference, limiter=Flawed(reference.settings.budget))


@defect(breaks={"RATE-08"})
def looks_before_it_counts(reference: Reference) -> Reference:
    """Whether there is budget left is asked first, and counted a moment later: a race."""

    class Flawed(Limiter):
        async def take(self, key: str) -> bool:
            if not self.strategy.test(self.window, key):
                return False
            await asyncio.sleep(MOMENT)
            self.strategy.hit(self.window, key)
            return True

    return replace(reference, limiter=Flawed(reference.settings.budget))


@defect(breaks={"RATE-08"})
def does_not_count_in_a_crowd(reference: Reference) -> Reference:
    """Where more than 40 requests want to be counted at the same moment, they all pass."""

    class Flawed(Limiter):
        waiting = 0

        async def take(self, key: str) -> bool:
            self.waiting += 1
            await asyncio.sleep(MOMENT)
            crowd, self.waiting = self.waiting, self.waiting - 1
            return crowd > CROWD or await super().take(key)

    return replace(reference, limiter=Flawed(reference.settings.budget))


class Connections:
    """Tells the number of the connection by which the request came that is being served."""

    def __init__(self) -> None:
        self._numbers: dict[int, int] = {}
        self._number: ContextVar[int] = ContextVar("number", default=0)

    @property
    def number(self) -> int:
        """The number, for whatever is done for the request."""
        return self._number.get()

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return the application, with each request's connection noted."""

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                port = scope["client"][1]
                self._number.set(self._numbers.setdefault(port, len(self._numbers)))
            await app(scope, receive, send)

        return noting


@defect(breaks={"RATE-08"})
def has_a_budget_for_each_connection(reference: Reference) -> Reference:
    """Each connection of a client has a budget of its own."""
    connections = Connections()

    class Flawed(Limiter):
        def key(self, outbound: Outbound) -> str:
            return f"{super().key(outbound)} {connections.number}"

    flawed = Flawed(reference.settings.budget)
    return replace(reference, limiter=flawed, wrap=(*reference.wrap, connections.around))


@defect(breaks={"RATE-08"})
def has_a_budget_for_each_process(reference: Reference) -> Reference:
    """Two processes take connections in turn, and each of them has a budget of its own."""
    connections = Connections()

    class Flawed(Limiter):
        def key(self, outbound: Outbound) -> str:
            return f"{super().key(outbound)} {connections.number % PROCESSES}"

    flawed = Flawed(reference.settings.budget)
    return replace(reference, limiter=flawed, wrap=(*reference.wrap, connections.around))
