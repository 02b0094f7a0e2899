"""What becomes of tokens over some windows: two press on, one rests, one asks for less."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.suites.rate_limits.facts import Facts
from conformance.suites.rate_limits.spending import spend

if TYPE_CHECKING:
    from conformance.instruments.limiter import Budget
    from conformance.observing import Ground
    from conformance.suites.rate_limits.tokens import Place, Token

TICKS = 20
EASY = 0.75
"""How much of a window lies between two requests of the tokens that ask for less."""
EASY_ONES = 3
PAUSE = 0.1


@dataclass(frozen=True, slots=True)
class Plan:
    """How long tokens are watched, and when each of them does what."""

    budget: Budget
    seconds: float

    @property
    def tick(self) -> float:
        """How long, in seconds, those that press on pause."""
        return self.budget.window / TICKS

    @property
    def again(self) -> float:
        """How long after it was spent a budget must have something left for everybody."""
        return self.budget.window * (1 + 1 / self.budget.requests)


class Pressing:
    """A token that is spent at once, and then asks again and again."""

    def __init__(self, token: Token, plan: Plan, delay: float) -> None:
        self.token = token
        self._plan = plan
        self._next = delay
        self._begun = False

    def act(self, now: float) -> None:
        """Do what is due."""
        if now < self._next:
            return
        requests = self._plan.budget.requests
        if not self._begun:
            self._begun = True
            spend(self.token, requests)
        for _ in range(requests + 1):
            if not self.token.ask():
                break
        self._next = now + self._plan.tick


class Resting:
    """A token that is spent at once, and asks once more when there must be something left."""

    def __init__(self, token: Token, plan: Plan) -> None:
        self.token = token
        self._plan = plan
        self._due = 0.0

    def act(self, now: float) -> None:
        """Do what is due."""
        if now < self._due:
            return
        if self.token.attempts:
            self.token.ask()
            self._due = float("inf")
            return
        began = time.monotonic()
        spend(self.token, self._plan.budget.requests)
        took = time.monotonic() - began
        self._due = now + took + self._plan.again + PAUSE + 0.05 * self._plan.budget.window


class Easy:
    """A token that never asks for as much as it may, so often that it asks for more in all."""

    def __init__(self, token: Token, plan: Plan) -> None:
        self.token = token
        self._plan = plan

    def act(self, now: float) -> None:
        """Do what is due."""
        if now >= len(self.token.attempts) * EASY * self._plan.budget.window:
            self.token.ask()


def watched(ground: Ground, place: Place, plan: Plan) -> dict[str, Facts]:
    """Let all of them act in one and the same time, and tell what became of each."""
    third = plan.budget.window / 3
    actors: dict[str, Pressing | Resting | Easy] = {
        "pressing": Pressing(place.token(), plan, 0.0),
        "pressing later": Pressing(place.token(), plan, third),
        "resting": Resting(place.token(), plan),
        **{f"easy {number}": Easy(place.token(), plan) for number in range(EASY_ONES)},
    }
    why = f"{plan.seconds / plan.budget.window:g} windows of the outbound limit to pass"
    began = time.monotonic()
    while (left := began + plan.seconds - time.monotonic()) > 0:
        ground.wait(min(plan.tick, left), why)
        for actor in actors.values():
            actor.act(time.monotonic() - began)
    return {name: Facts.of(actor.token) for name, actor in actors.items()}
