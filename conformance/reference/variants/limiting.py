"""Other ways to count what a token causes outside, and to say that it is enough."""

from __future__ import annotations

import time
from dataclasses import replace
from email.utils import formatdate
from typing import TYPE_CHECKING

from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter, SlidingWindowCounterRateLimiter

from conformance.reference.answers import Answers
from conformance.reference.limiter import Limiter
from conformance.reference.problems import Limited
from conformance.reference.variants.definition import variant

if TYPE_CHECKING:
    from limits.strategies import RateLimiter
    from starlette.responses import Response

    from conformance.reference.auditor import Trail
    from conformance.reference.composition import Reference
    from conformance.reference.problems import Problem
    from conformance.reference.settings import Budget


@variant
def counts_from_the_first_request(reference: Reference) -> Reference:
    """A token's window begins with its first request, and the next one after it has passed."""

    class Other(Limiter):
        def make_strategy(self) -> RateLimiter:
            return FixedWindowRateLimiter(MemoryStorage())

    return replace(reference, limiter=Other(reference.settings.budget))


@variant
def counts_by_the_clock(reference: Reference) -> Reference:
    """Windows begin at the same times for everybody: with each full minute, if they are minutes."""

    class Other(Limiter):
        def __init__(self, budget: Budget) -> None:
            super().__init__(budget)
            self._used: dict[str, tuple[int, int]] = {}

        async def take(self, key: str) -> bool:
            window = int(time.time() / self.budget.seconds)
            counted, used = self._used.get(key, (window, 0))
            used = used + 1 if counted == window else 1
            if used > self.budget.requests:
                return False
            self._used[key] = (window, used)
            return True

        def free_after(self, key: str) -> float:
            del key
            return self.budget.seconds - time.time() % self.budget.seconds

    return replace(reference, limiter=Other(reference.settings.budget))


@variant
def counts_the_last_window_in_part(reference: Reference) -> Reference:
    """A sliding counter: what was used in the last window counts less and less in this one."""

    class Other(Limiter):
        def make_strategy(self) -> RateLimiter:
            return SlidingWindowCounterRateLimiter(MemoryStorage())

    return replace(reference, limiter=Other(reference.settings.budget))


@variant
def fills_a_bucket_of_tokens(reference: Reference) -> Reference:
    """A bucket of the budget's size is filled evenly, a whole budget in each window."""

    class Other(Limiter):
        def __init__(self, budget: Budget) -> None:
            super().__init__(budget)
            self._buckets: dict[str, tuple[float, float]] = {}

        def level(self, key: str) -> float:
            full, now = float(self.budget.requests), time.monotonic()
            level, since = self._buckets.get(key, (full, now))
            return min(full, level + (now - since) * full / self.budget.seconds)

        async def take(self, key: str) -> bool:
            level = self.level(key)
            if level < 1:
                return False
            self._buckets[key] = (level - 1, time.monotonic())
            return True

        def free_after(self, key: str) -> float:
            return (1 - self.level(key)) * self.budget.seconds / self.budget.requests

    return replace(reference, limiter=Other(reference.settings.budget))


@variant
def explains_the_limit_in_json(reference: Reference) -> Reference:
    """A limited request is answered with JSON."""

    class Other(Answers):
        def problem(self, problem: Problem, trail: Trail, trace_id: str) -> Response:
            response = super().problem(problem, trail, trace_id)
            if isinstance(problem, Limited):
                error = {"error": problem.message, "retry_after": problem.seconds}
                response = self.json(error, status=problem.status)
                response.headers.update(dict(problem.headers))
            return response

    return replace(reference, answers=Other())


@variant
def names_the_time_to_try_again(reference: Reference) -> Reference:
    """Retry-After is a date."""

    class Other(Limiter):
        def refusal(self, key: str) -> Limited:
            limited = super().refusal(key)
            date = formatdate(time.time() + limited.seconds, usegmt=True)
            limited.headers = (("retry-after", date),)
            return limited

    return replace(reference, limiter=Other(reference.settings.budget))
