"""How much a user's token may cause outside: so many requests in any window of the budget's length.

Only what leaves for a user counts; telemetry goes another way, and what is served here never asks.
"""

from __future__ import annotations

import hashlib
import math
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from limits.limits import Granularity, RateLimitItem
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from conformance.reference.problems import Limited

if TYPE_CHECKING:
    from limits.strategies import RateLimiter

    from conformance.reference.settings import Budget


@dataclass(frozen=True, slots=True)
class Outbound:
    """A request that is about to leave for a user; without a bearer token, `token` is empty."""

    token: str = field(repr=False)
    method: str
    path: str


class Limiter:
    """Admits outbound requests or refuses them; a sliding log, so no window holds too many."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self.window = Window(budget)
        self.strategy = self.make_strategy()

    def make_strategy(self) -> RateLimiter:
        """Return how requests are counted; refused ones are not."""
        return MovingWindowRateLimiter(MemoryStorage())

    async def admit(self, outbound: Outbound) -> None:
        """Return if the request may leave, which it then has to; raise `Limited` otherwise."""
        if not self.applies(outbound):
            return
        key = self.key(outbound)
        if not await self.take(key):
            raise self.refusal(key)

    def applies(self, outbound: Outbound) -> bool:
        """Tell whether the request has a budget: nobody's has none, and 0 is no limit."""
        return self.budget.requests > 0 and bool(outbound.token)

    def key(self, outbound: Outbound) -> str:
        """Return what has the budget: the token, by a name from which it cannot be learned."""
        return hashlib.sha256(outbound.token.encode("utf-8", "surrogateescape")).hexdigest()

    async def take(self, key: str) -> bool:
        """Use one request of the key's budget if there is one left, in one step."""
        return self.strategy.hit(self.window, key)

    def free_after(self, key: str) -> float:
        """Return in how many seconds the key has a request left."""
        return self.strategy.get_window_stats(self.window, key).reset_time - time.time()

    def refusal(self, key: str) -> Limited:
        """Return what a refused caller is told: the reason, and when to come again."""
        seconds = max(1, math.ceil(self.free_after(key)))
        return Limited(
            f"Too many requests to other domains: at most {self.budget.requests} in "
            f"{self.budget.seconds / 60:g} minutes for each token; try again in {seconds} seconds",
            seconds,
        )


class Window(RateLimitItem):
    """The budget as the library takes it."""

    __slots__ = ("_seconds",)
    GRANULARITY = Granularity(1, "window")

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget.requests)
        self._seconds = budget.seconds

    def get_expiry(self) -> float:  # type: ignore[override]  # a storage in memory takes fractions
        """Return the window's length."""
        return self._seconds
