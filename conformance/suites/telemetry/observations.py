"""What the area telemetry watches: one data plane for each value of the setting."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conformance.observing import Observation
from conformance.suites.telemetry.sysadmin import ask_without
from conformance.suites.telemetry.trials import EVERYTHING, SYSADMIN_OFF, Family, trials
from conformance.suites.telemetry.watching import Arrivals, Watching
from mock_control_plane.wire import TELEMETRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.observing import Ground, JsonObject
    from conformance.options.values import Options
    from conformance.suites.telemetry.trials import Trial

AREA = "telemetry"


def observations(options: Options) -> Sequence[Observation]:
    """Every value of the setting that these options want tried, and the twin of the endpoints."""
    profile, arrivals = options.profile, Arrivals(options.profile)
    rows = [profile.rows[kind] for kind in TELEMETRY]
    window = max([options.observe_for, *((row.interval or 0.0) + row.grace for row in rows)])
    watched = [_watched(trial, options, arrivals, window) for trial in trials(options)]
    off = dict.fromkeys(profile.settings["sysadmin_off"], "true")
    return [*watched, Observation(SYSADMIN_OFF, AREA, off, ask_without)]


def _watched(trial: Trial, options: Options, arrivals: Arrivals, window: float) -> Observation:
    attached = trial.family is Family.DECLARED
    # What all others are compared with is begun first.
    takes = window + (1.0 if trial.name == EVERYTHING else 0.0)
    return Observation(
        trial.name,
        AREA,
        {} if attached else trial.settings(options.profile),
        partial(_watch, trial, arrivals),
        takes=takes,
        may_refuse=trial.family in (Family.SPELLED, Family.EMPTY),
        attached=attached,
    )


def _watch(trial: Trial, arrivals: Arrivals, ground: Ground) -> JsonObject:
    return Watching(ground, trial, arrivals).watch()
