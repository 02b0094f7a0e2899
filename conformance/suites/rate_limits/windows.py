"""What becomes of tokens over some windows: two press on, one rests, one asks for less."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.suites.rate_limits.facts import Facts

if TYPE_CHECKING:
    from conformance.instruments.limiter import Budget
    from conformance.observing import Ground
    from conformance.suites.rate_limits.tokens import Place, Token

TICKS = 20
EASY = 0.75
"""How much of a window lies between two requests of the tokens that ask for less."""
EASY_ONES = 3
CLOSE = 0.95
"""The part of a window that a pause of theirs may be at most, or their time begins anew."""
MARGIN = 0.05
"""The part of a window by which a limiter's own clock may be late, and somewhat more."""
LONGER = 3
"""How much longer than planned, at most, tokens are watched where the machine is too slow."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How long tokens are watched, in seconds, and with what budget."""

    budget: Budget
    seconds: float

    @property
    def tick(self) -> float:
        """How long, in seconds, those that press on pause."""
        return self.budget.window / TICKS

    @property
    def again(self) -> float:
        """How long after it was spent a budget must have something left for everybody."""
        return self.budget.window * (1 + 1 / self.budget.requests + MARGIN)


class Pressing:
    """A token that is spent at once, and then asks again and again.

    It has asked enough when it was watched as long as planned and asked when it had to pass.
    """

    def __init__(self, token: Token, plan: Plan, delay: float) -> None:
        self.token = token
        self._plan = plan
        self._due = time.monotonic() + delay
        self._spent: float | None = None

    @property
    def done(self) -> bool:
        """Whether it has asked enough."""
        if self._spent is None:
            return False
        last = self.token.attempts[-1].sent - self._spent
        return last >= max(self._plan.seconds, self._plan.again)

    def act(self) -> None:
        """Do what is due."""
        if time.monotonic() < self._due:
            return
        _use_up(self.token, self._plan.budget.requests)
        if self._spent is None:
            self._spent = time.monotonic()
        self._due = time.monotonic() + self._plan.tick


class Resting:
    """A token that is spent at once, and asks once more when there must be something left."""

    def __init__(self, token: Token, plan: Plan) -> None:
        self.token = token
        self._plan = plan
        self._due = 0.0
        self.done = False

    def act(self) -> None:
        """Do what is due."""
        if time.monotonic() < self._due or self.done:
            return
        if self.token.attempts:
            self.token.ask()
            self.done = True
            return
        _use_up(self.token, self._plan.budget.requests)
        self._due = time.monotonic() + self._plan.again


class Easy:
    """A token that never asks for as much as it may, so often that it asks for more in all."""

    def __init__(self, token: Token, plan: Plan) -> None:
        self.token = token
        self._plan = plan
        self._in_time = 0

    @property
    def done(self) -> bool:
        """Whether it has asked once more than its budget, with pauses shorter than a window."""
        return self._in_time > self._plan.budget.requests

    def act(self) -> None:
        """Do what is due."""
        window, attempts = self._plan.budget.window, self.token.attempts
        if attempts and time.monotonic() < attempts[-1].sent + EASY * window:
            return
        self.token.ask()
        paused = attempts[-1].answered - attempts[-2].sent if len(attempts) > 1 else 0.0
        self._in_time = self._in_time + 1 if paused < CLOSE * window else 1


def watched(ground: Ground, place: Place, plan: Plan) -> dict[str, Facts]:
    """Let all of them act in one and the same time, and tell what became of each."""
    actors: dict[str, Pressing | Resting | Easy] = {
        "pressing": Pressing(place.token(), plan, 0.0),
        "pressing later": Pressing(place.token(), plan, plan.budget.window / 3),
        "resting": Resting(place.token(), plan),
        **{f"easy {number}": Easy(place.token(), plan) for number in range(EASY_ONES)},
    }
    why = f"{plan.seconds / plan.budget.window:g} windows of the outbound limit to pass"

    def all_done() -> bool:
        for actor in actors.values():
            if not actor.done:
                actor.act()
        return all(actor.done for actor in actors.values())

    if not ground.until(all_done, deadline=plan.seconds + plan.budget.window, why=why):
        ground.until(all_done, deadline=LONGER * plan.seconds, why=f"{why}, on a slow machine")
    return {name: Facts.of(actor.token) for name, actor in actors.items()}


def _use_up(token: Token, requests: int) -> None:
    """Ask until a request is refused, or far more than the budget has passed."""
    for _ in range(2 * requests + 2):
        if not token.ask():
            break
