"""Windows that are longer or shorter than was set, or begin when they must not."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.limiter import Limiter
from conformance.reference.settings import Budget

if TYPE_CHECKING:
    from conformance.reference.composition import Reference

MINUTE = 60
DAY = 86_400.0


def _lasting(reference: Reference, seconds: float) -> Reference:
    requests = reference.settings.budget.requests
    return replace(reference, limiter=Limiter(Budget(requests, seconds)))


@defect(breaks={"RATE-04"})
def ends_windows_early(reference: Reference) -> Reference:
    """A window is over after a third of its time."""
    return _lasting(reference, reference.settings.budget.seconds / 3)


@defect(breaks={"RATE-04"})
def reads_minutes_as_hours(reference: Reference) -> Reference:
    """A window of a minute is over after an hour."""
    return _lasting(reference, reference.settings.budget.seconds * MINUTE)


@defect(breaks={"RATE-04"})
def never_lets_a_token_pass_again(reference: Reference) -> Reference:
    """A budget that is spent stays so for the rest of the day."""
    return _lasting(reference, DAY)


class Counted(Limiter):
    """A window for each token that begins with a request, told apart by what begins it anew."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.counts: dict[str, tuple[float, int]] = {}

    def count(self, key: str) -> int:
        """Return how many requests have passed in the window that is open."""
        until, count = self.counts.get(key, (0.0, 0))
        return count if until > time.monotonic() else 0

    def begin(self, key: str, count: int) -> None:
        """Let a window begin now in which so many have passed already."""
        self.counts[key] = (time.monotonic() + self.budget.seconds, count)

    def free_after(self, key: str) -> float:
        """Return in how many seconds the window is over."""
        return self.counts[key][0] - time.monotonic()


@defect(breaks={"RATE-04"})
def counts_from_the_last_request(reference: Reference) -> Reference:
    """A window is over when no request has passed for as long as it lasts."""

    class Flawed(Counted):
        async def take(self, key: str) -> bool:
            count = self.count(key)
            if count < self.budget.requests:
                self.begin(key, count + 1)
            return count < self.budget.requests

    return replace(reference, limiter=Flawed(reference.settings.budget))


@defect(breaks={"RATE-04"})
def starves_who_keeps_trying(reference: Reference) -> Reference:
    """A request that is refused counts as well: who keeps trying never passes again."""

    class Flawed(Counted):
        async def take(self, key: str) -> bool:
            count = self.count(key)
            if count >= self.budget.requests or not count:
                self.begin(key, min(count + 1, self.budget.requests))
            else:
                self.counts[key] = (self.counts[key][0], count + 1)
            return count < self.budget.requests

    return replace(reference, limiter=Flawed(reference.settings.budget))


@defect(breaks={"RATE-01", "RATE-02", "RATE-04", "RATE-08"})
def begins_anew_with_a_refusal(reference: Reference) -> Reference:
    """A refusal empties the window, and the next request passes."""

    class Flawed(Counted):
        async def take(self, key: str) -> bool:
            count = self.count(key)
            if count >= self.budget.requests:
                self.begin(key, 0)
                return False
            since = self.counts.get(key) if count else None
            until = since[0] if since else time.monotonic() + self.budget.seconds
            self.counts[key] = (until, count + 1)
            return True

    return replace(reference, limiter=Flawed(reference.settings.budget))
