"""What is observed of outbound limits: each budget on a deployment of its own, all at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from conformance.instruments.limiter import Budget
from conformance.observing import Observation
from conformance.options.values import Effort
from conformance.suites.rate_limits import spending
from conformance.suites.rate_limits.local import local_requests
from conformance.suites.rate_limits.tokens import Place
from conformance.suites.rate_limits.windows import Plan, watched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.observing import Ground, JsonObject
    from conformance.options.values import Options
    from conformance.suites.rate_limits.facts import Facts
    from mock_control_plane.wire import Profile

__all__ = ["AREA", "observations"]

AREA = "rate-limits"
MINUTE = 60.0
HOUR = 60 * MINUTE
"""A window that is far longer than what is done in it, so that nothing of it comes back."""
DEFAULT = Budget(100, MINUTE)
LATER = 1.5
"""How long a budget is left alone before it is shown that it is still spent: in this time a window
whose minutes are taken for seconds is over.
"""
UNKNOWN = 300
"""How much is asked of a data plane whose budget nobody told, before it counts as unlimited."""
LARGEST = 1000
"""The largest budget that is spent; twenty times as much is asked in a burst."""
FEW = 3
SHORT = {Effort.QUICK: 3.0, Effort.DEFAULT: 3.0, Effort.EXHAUSTIVE: MINUTE}
"""The shortest windows that are worth measuring: what a busy machine adds is small beside them."""
WINDOWS = {Effort.QUICK: 2.4, Effort.DEFAULT: 3.2, Effort.EXHAUSTIVE: 3.2}
CROWD = {Effort.QUICK: 64, Effort.DEFAULT: 128, Effort.EXHAUSTIVE: 400}
UNLIMITED = {Effort.QUICK: 3, Effort.DEFAULT: 20, Effort.EXHAUSTIVE: 20}
"""How many times the default budget must pass where there is no limit."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What is done with a budget beside spending it."""

    burst: bool = False
    crowd: int = 0
    local: bool = False


def observations(options: Options) -> Sequence[Observation]:
    """What is observed with these options."""
    return _started(options) if options.target.started else _declared(options)


def _started(options: Options) -> Sequence[Observation]:
    effort, profile = options.effort, options.profile
    named = partial(_settings, profile)
    window = max(SHORT[effort], profile.timing.rate_window)
    crowd = Parts(crowd=CROWD[effort])
    quick = effort is Effort.QUICK  # a large budget takes a while to be spent
    return (
        _spent("default", named(None, None), DEFAULT, Parts(local=not quick)),
        _spent("of-1", named(1, HOUR), Budget(1, HOUR), crowd),
        _spent("of-2", named(2, HOUR), Budget(2, HOUR), Parts()),
        _spent("of-7", named(7, HOUR), Budget(7, HOUR), Parts(burst=True, local=quick)),
        _windows(named(FEW, window), Budget(FEW, window), WINDOWS[effort]),
        _off(named(0, MINUTE), UNLIMITED[effort] * DEFAULT.requests),
    )


def _declared(options: Options) -> Sequence[Observation]:
    """What can be seen of a data plane that has the settings that its user told, if any."""
    told = [
        next((options.settings[name] for name in names if name in options.settings), None)
        for names in _names(options.profile)
    ]
    requests, minutes = told
    declared = {
        name: options.settings.get(name) for names in _names(options.profile) for name in names
    }
    everything = Parts(burst=True, local=True)
    if requests is None:
        return (_spent("unknown", declared, None, Parts(local=True), attached=True),)
    if not requests.strip():
        return (_spent("default", declared, DEFAULT, everything, attached=True),)
    budget = _budget(requests, minutes)
    if budget is None:
        return ()
    if budget.requests == 0:
        needed = UNLIMITED[options.effort] * DEFAULT.requests
        return (_off(declared, needed, attached=True),)
    return (
        _spent("of-declared", declared, budget, everything, attached=True),
        _windows(declared, budget, WINDOWS[options.effort], attached=True),
    )


def _budget(requests: str, minutes: str | None) -> Budget | None:
    """The budget that was declared, None for one that is none, or is too large to be spent."""
    try:
        budget = Budget(int(requests), float((minutes or "").strip() or 1) * MINUTE)
    except ValueError:
        return None
    known = 0 <= budget.requests <= LARGEST and 0 < budget.window < math.inf
    return budget if known else None


def _names(profile: Profile) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return profile.settings["outbound_max_requests"], profile.settings["outbound_window_minutes"]


def _settings(
    profile: Profile, requests: int | None, window: float | None
) -> Mapping[str, str | None]:
    values = (
        None if requests is None else str(requests),
        None if window is None else f"{window / MINUTE:g}",
    )
    return {
        name: value for names, value in zip(_names(profile), values, strict=True) for name in names
    }


def _spent(
    label: str,
    settings: Mapping[str, str | None],
    budget: Budget | None,
    parts: Parts,
    *,
    attached: bool = False,
) -> Observation:
    return Observation(
        f"{AREA}.spent-{label}",
        AREA,
        settings,
        partial(_spend, budget=budget, parts=parts),
        takes=2 * LATER,
        attached=attached,
    )


def _spend(ground: Ground, *, budget: Budget | None, parts: Parts) -> JsonObject:
    place = Place(ground.callers, ground.realm)
    assumed = budget or Budget(UNKNOWN, MINUTE)

    def pause() -> None:
        ground.wait(LATER, "a spent budget to stay spent")

    tries = spending.TRIES if budget else 1
    turns, token = spending.spent_in_turn(place, assumed, pause, tries=tries)
    beside = spending.beside(place, token)
    bursts = spending.bursts(place, assumed) if parts.burst else []
    return {
        "budget": budget.requests if budget else None,
        "window": budget.window if budget else None,
        "turns": [facts.to_json() for facts in turns],
        "bursts": [facts.to_json() for facts in bursts],
        "beside": {whose: facts.to_json() for whose, facts in beside.items()},
        "crowd": spending.crowd(place, parts.crowd) if parts.crowd else None,
        "local": local_requests(ground, place, assumed.requests) if parts.local else None,
        "shown": {**_shown(budget, [*turns, *bursts]), "burst": [f.tally.passed for f in bursts]},
    }


def _windows(
    settings: Mapping[str, str | None], budget: Budget, windows: float, *, attached: bool = False
) -> Observation:
    plan = Plan(budget, windows * budget.window)
    return Observation(
        f"{AREA}.windows",
        AREA,
        settings,
        partial(_watch, plan=plan),
        takes=plan.seconds,
        attached=attached,
    )


def _watch(ground: Ground, *, plan: Plan) -> JsonObject:
    place = Place(ground.callers, ground.realm)
    found = watched(ground, place, plan)
    return {
        "budget": plan.budget.requests,
        "window": plan.budget.window,
        "seconds": plan.seconds,
        "tokens": {name: facts.to_json() for name, facts in found.items()},
        "shown": _shown(plan.budget, list(found.values())) | {"seconds": plan.seconds},
    }


def _off(
    settings: Mapping[str, str | None], requests: int, *, attached: bool = False
) -> Observation:
    run = partial(_unlimited, requests=requests)
    return Observation(f"{AREA}.off", AREA, settings, run, attached=attached)


def _unlimited(ground: Ground, *, requests: int) -> JsonObject:
    facts = spending.unlimited(Place(ground.callers, ground.realm), requests)
    shown = {"made": facts.tally.sent, "passed": facts.tally.passed}
    return {"requests": requests, "facts": facts.to_json(), "shown": shown}


def _shown(budget: Budget | None, facts: Sequence[Facts]) -> JsonObject:
    return {
        "budget": budget.requests if budget else None,
        "window": budget.window if budget else None,
        "made": [one.tally.sent for one in facts],
        "passed": [one.tally.passed for one in facts],
        "uncertainty": round(max((one.tally.uncertainty for one in facts), default=0.0), 4),
    }
