"""Limiters that count in every way that is right, and in some that are wrong, by a given clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from conformance.instruments.limiter import Course, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.instruments.limiter import Budget

Request = tuple[float, float, float]
"""When a request is sent, how long it takes, and where in between (0 to 1) it is counted."""


class Limiter(Protocol):
    """Lets one token's requests pass or not."""

    def passes(self, now: float) -> bool:
        """Whether a request at this time passes; times never go back."""


@dataclass
class ByTheClock:
    """Windows fixed to the clock, which begin `phase` seconds after the full ones."""

    budget: Budget
    phase: float = 0.0
    used: dict[int, int] = field(default_factory=dict)

    def passes(self, now: float) -> bool:
        """Whether a request at this time passes."""
        window = int((now - self.phase) // self.budget.window)
        self.used[window] = self.used.get(window, 0) + 1
        return self.used[window] <= self.budget.requests


@dataclass
class FromTheFirst:
    """A window begins with the first request after the last one."""

    budget: Budget
    began: float = float("-inf")
    used: int = 0

    def passes(self, now: float) -> bool:
        """Whether a request at this time passes."""
        if now >= self.began + self.budget.window:
            self.began, self.used = now, 0
        self.used += 1
        return self.used <= self.budget.requests


@dataclass
class SlidingLog:
    """What passed is remembered for a window; `counts_refused`: what did not pass as well."""

    budget: Budget
    counts_refused: bool = False
    log: list[float] = field(default_factory=list)

    def passes(self, now: float) -> bool:
        """Whether a request at this time passes."""
        self.log = [at for at in self.log if at > now - self.budget.window]
        passes = len(self.log) < self.budget.requests
        if passes or self.counts_refused:
            self.log.append(now)
        return passes


@dataclass
class SlidingCounter:
    """The last window of the clock counts in part; `rounds` down, or not."""

    budget: Budget
    rounds: bool = True
    used: dict[int, int] = field(default_factory=dict)

    def passes(self, now: float) -> bool:
        """Whether a request at this time passes."""
        window = int(now // self.budget.window)
        rest = 1 - now / self.budget.window % 1
        weighted = self.used.get(window - 1, 0) * rest + self.used.get(window, 0)
        if (int(weighted) if self.rounds else weighted) + 1 > self.budget.requests:
            return False
        self.used[window] = self.used.get(window, 0) + 1
        return True


@dataclass
class Bucket:
    """A bucket of the budget's size, filled evenly."""

    budget: Budget
    level: float = float("inf")
    since: float = 0.0

    def passes(self, now: float) -> bool:
        """Whether a request at this time passes."""
        filled = (now - self.since) * self.budget.requests / self.budget.window
        self.level, self.since = min(self.level + filled, self.budget.requests), now
        if self.level < 1:
            return False
        self.level -= 1
        return True


@dataclass
class ResetsOnRefusal(FromTheFirst):
    """A refusal is taken for the beginning of a new window."""

    def passes(self, now: float) -> bool:
        """Whether a request at this time passes."""
        if super().passes(now):
            return True
        self.used = 0
        return False


@dataclass
class FromTheLast(FromTheFirst):
    """Each request that passes (or each one, if `any_request`) begins the window again."""

    any_request: bool = False

    def passes(self, now: float) -> bool:
        """Whether a request at this time passes."""
        passes = super().passes(now)
        if passes or self.any_request:
            self.began = now
        return passes


RIGHT: dict[str, Callable[[Budget], Limiter]] = {
    "by the clock": ByTheClock,
    "by another clock": lambda budget: ByTheClock(budget, budget.window / 3),
    "from the first": FromTheFirst,
    "sliding log": SlidingLog,
    "sliding counter": SlidingCounter,
    "exact sliding counter": lambda budget: SlidingCounter(budget, rounds=False),
    "bucket": Bucket,
}


def course_of(limiter: Limiter, requests: Iterable[Request]) -> Course:
    """Send requests, counted in the order in which that happens; their times are known as sent."""
    passed: list[Span] = []
    refused: list[Span] = []
    for sent, took, where in sorted(requests, key=lambda one: one[0] + one[1] * one[2]):
        span = Span(sent, sent + took)
        (passed if limiter.passes(sent + took * where) else refused).append(span)
    return Course(tuple(passed), tuple(refused))


def pressing(start: float, until: float, *, every: float, took: float = 0.001) -> list[Request]:
    """Requests at a steady pace."""
    times = int((until - start) / every) + 1
    return [(start + n * every, took, 0.5) for n in range(times)]


def burst(start: float, count: int, *, every: float = 0.002) -> list[Request]:
    """Requests one right after the other."""
    return [(start + n * every, every * 0.9, 0.5) for n in range(count)]


def courses_of(
    make: Callable[[Budget], Limiter], budget: Budget, tokens: Iterable[Sequence[Request]]
) -> list[Course]:
    """What becomes of several tokens, each with a budget of its own."""
    return [course_of(make(budget), requests) for requests in tokens]
