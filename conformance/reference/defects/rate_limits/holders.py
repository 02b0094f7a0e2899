"""Budgets that belong to more than a token, or to less than one."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.authentication import Authentication
from conformance.reference.defects.definition import defect
from conformance.reference.limiter import Limiter

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.reference.caller import Caller
    from conformance.reference.composition import Reference
    from conformance.reference.limiter import Outbound

PREFIX = 1
PROCESSES = 2


class Known(Authentication):
    """Authentication that also keeps whose token it has verified."""

    def __init__(self, reference: Reference) -> None:
        settings = reference.settings
        super().__init__(settings.authentication_seconds, settings.budget.seconds)
        self.callers: dict[str, Caller] = {}

    def remember(self, caller: Caller) -> None:
        """Keep a verified caller, and for good whose token it is."""
        super().remember(caller)
        self.callers[caller.credentials.token] = caller


@defect(breaks={"RATE-05"})
def shares_a_budget_within_an_organisation(reference: Reference) -> Reference:
    """All tokens of an organisation have one budget."""
    known = Known(reference)

    class Flawed(Limiter):
        def key(self, outbound: Outbound) -> str:
            caller = known.callers.get(outbound.token)
            return caller.organizations[0].id if caller else super().key(outbound)

    flawed = Flawed(reference.settings.budget)
    return replace(reference, authentication=known, limiter=flawed)


@defect(breaks={"RATE-05"})
def shares_a_budget_within_a_user(reference: Reference) -> Reference:
    """All tokens of a user have one budget."""
    known = Known(reference)

    class Flawed(Limiter):
        def key(self, outbound: Outbound) -> str:
            caller = known.callers.get(outbound.token)
            return caller.user_id if caller else super().key(outbound)

    flawed = Flawed(reference.settings.budget)
    return replace(reference, authentication=known, limiter=flawed)


@defect(breaks={"RATE-05"})
def knows_tokens_by_the_beginning_of_a_hash(reference: Reference) -> Reference:
    """Tokens whose hashes begin with the same digit have one budget."""

    class Flawed(Limiter):
        def key(self, outbound: Outbound) -> str:
            return super().key(outbound)[:PREFIX]

    return replace(reference, limiter=Flawed(reference.settings.budget))


@defect(breaks={"RATE-02"})
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
            await asyncio.sleep(0)
            self.strategy.hit(self.window, key)
            return True

    return replace(reference, limiter=Flawed(reference.settings.budget))


class Connections:
    """Tells from which port of the client's the request came that is being served."""

    def __init__(self) -> None:
        self._port: ContextVar[int] = ContextVar("port", default=0)

    @property
    def port(self) -> int:
        """The port, for whatever is done for the request."""
        return self._port.get()

    def around(self, app: ASGIApp) -> ASGIApp:
        """Return the application, with each request's port noted."""

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self._port.set(scope["client"][1])
            await app(scope, receive, send)

        return noting


@defect(breaks={"RATE-08"})
def has_a_budget_for_each_connection(reference: Reference) -> Reference:
    """Each connection of a client has a budget of its own."""
    connections = Connections()

    class Flawed(Limiter):
        def key(self, outbound: Outbound) -> str:
            return f"{super().key(outbound)} {connections.port}"

    flawed = Flawed(reference.settings.budget)
    return replace(reference, limiter=flawed, wrap=(*reference.wrap, connections.around))


@defect(breaks={"RATE-08"})
def has_a_budget_for_each_process(reference: Reference) -> Reference:
    """Connections are served by two processes, and each of them has a budget of its own."""
    connections = Connections()

    class Flawed(Limiter):
        def key(self, outbound: Outbound) -> str:
            return f"{super().key(outbound)} {connections.port % PROCESSES}"

    flawed = Flawed(reference.settings.budget)
    return replace(reference, limiter=flawed, wrap=(*reference.wrap, connections.around))
