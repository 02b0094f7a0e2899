"""Budgets of another size than was set: by default, as configured, and for zero."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.control_plane import ControlPlane, bearer
from conformance.reference.defects.definition import defect
from conformance.reference.limiter import Limiter
from conformance.reference.problems import Limited
from conformance.reference.settings import DEFAULT_REQUESTS as DEFAULT
from conformance.reference.settings import Budget

if TYPE_CHECKING:
    import httpx

    from conformance.reference.composition import Reference
    from conformance.reference.limiter import Outbound
    from conformance.reference.settings import Settings

    Headers = list[tuple[bytes, bytes]]


def _allowing(reference: Reference, requests: int) -> Reference:
    """Let so many requests pass, for as long as the settings say."""
    budget = replace(reference.settings.budget, requests=requests)
    return replace(reference, limiter=Limiter(budget))


def _by_default(reference: Reference, requests: int) -> Reference:
    """Let so many requests pass where the default would do."""
    asked = reference.settings.budget.requests
    return _allowing(reference, requests if asked == DEFAULT else asked)


def _for_zero(reference: Reference, requests: int) -> Reference:
    """Let so many requests pass where 0 is set."""
    return _allowing(reference, reference.settings.budget.requests or requests)


@defect(breaks={"RATE-01"})
def limits_nobody_by_default(reference: Reference) -> Reference:
    """The default is no limit."""
    return _by_default(reference, 0)


@defect(breaks={"RATE-01"})
def allows_a_thousand_by_default(reference: Reference) -> Reference:
    """The default is a thousand requests a minute."""
    return _by_default(reference, 1000)


@defect(breaks={"RATE-01"})
def takes_the_default_minute_for_a_second(reference: Reference) -> Reference:
    """Where the default would do, a hundred requests pass in each second."""
    budget = reference.settings.budget
    seconds = 1.0 if budget == Budget() else budget.seconds
    return replace(reference, limiter=Limiter(Budget(budget.requests, seconds)))


@defect(breaks={"RATE-01"})
def allows_one_too_many_by_default(reference: Reference) -> Reference:
    """The default is 101 requests a minute."""
    return _by_default(reference, DEFAULT + 1)


@defect(breaks={"RATE-02", "RATE-08"})
def lets_one_too_many_pass(reference: Reference) -> Reference:
    """Where a number is configured, one request more than that passes."""
    asked = reference.settings.budget.requests
    return _allowing(reference, asked if asked in (0, DEFAULT) else asked + 1)


@defect(breaks={"RATE-01", "RATE-02"})
def does_not_count_authentication(reference: Reference) -> Reference:
    """The look-up of who has a token is not counted, though it leaves with that token."""

    class Flawed(Limiter):
        def applies(self, outbound: Outbound) -> bool:
            return outbound.path != "/api/self/me" and super().applies(outbound)

    return replace(reference, limiter=Flawed(reference.settings.budget))


@defect(breaks={"RATE-02"})
def sends_a_refused_request_in_the_next_window(reference: Reference) -> Reference:
    """A request that was answered with 429 is kept, and goes out when the window is over."""
    seconds = reference.settings.budget.seconds

    class Flawed(ControlPlane):
        def __init__(self, settings: Settings) -> None:
            super().__init__(settings)
            self.kept: dict[str, asyncio.Task[None]] = {}

        async def send(
            self, method: str, target: bytes, *, headers: Headers, content: bytes
        ) -> httpx.Response:
            try:
                return await super().send(method, target, headers=headers, content=content)
            except Limited:
                token = bearer(headers)
                if token not in self.kept or self.kept[token].done():
                    later = self.later(method, target, headers, content)
                    self.kept[token] = asyncio.create_task(later)
                raise

        async def later(self, method: str, target: bytes, headers: Headers, content: bytes) -> None:
            await asyncio.sleep(seconds)
            answer = await self.transmit(method, target, headers=headers, content=content)
            await answer.aclose()

        async def close(self) -> None:
            for task in self.kept.values():
                task.cancel()
            await super().close()

    return replace(reference, control_plane=Flawed(reference.settings))


@defect(breaks={"RATE-13"})
def lets_one_too_few_pass(reference: Reference) -> Reference:
    """One request less than the setting says passes, unless it says one or zero."""
    asked = reference.settings.budget.requests
    return _allowing(reference, asked if asked < 2 else asked - 1)


@defect(breaks={"RATE-03"})
def takes_zero_for_nothing(reference: Reference) -> Reference:
    """With zero, no request passes."""

    class Flawed(Limiter):
        def applies(self, outbound: Outbound) -> bool:
            return bool(outbound.token)

        async def take(self, key: str) -> bool:
            return self.budget.requests > 0 and await super().take(key)

    return replace(reference, limiter=Flawed(reference.settings.budget))


@defect(breaks={"RATE-03"})
def takes_zero_for_the_default(reference: Reference) -> Reference:
    """Zero means what the default is."""
    return _for_zero(reference, DEFAULT)


@defect(breaks={"RATE-03"})
def takes_zero_for_the_largest_byte(reference: Reference) -> Reference:
    """Zero wraps round, and as many requests pass as a signed byte can count: 127."""
    return _for_zero(reference, 127)
