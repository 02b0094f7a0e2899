"""What is tried follows from how much the user wants tried, and from whose data plane it is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.options.values import Effort
from conformance.suites.telemetry.observations import observations
from conformance.suites.telemetry.trials import EVERYTHING, SPELLINGS, Family, Trial, trials
from mock_control_plane.wire import TELEMETRY
from tests.conformance.suites.telemetry.journals import PROFILE, attached

if TYPE_CHECKING:
    from conformance.options.values import Options

LONGEST = 40
"""A realm's name has 64 characters at most, and begins with the run's id."""
VARIABLE = "CONTROL_PLANE_TELEMETRY"
OTHER = "GATEWAY_TELEMETRY"


@pytest.mark.parametrize(
    ("effort", "sets", "spelled"),
    [(Effort.QUICK, 3, 3), (Effort.DEFAULT, 12, 7), (Effort.EXHAUSTIVE, 63, len(SPELLINGS))],
)
def test_effort_decides_what_is_tried(
    options: Options, effort: Effort, sets: int, spelled: int
) -> None:
    """A handful, a covering array, or everything; always unset, empty, and all kinds first."""
    tried = trials(replace(options, effort=effort))
    families = [one.family for one in tried]
    assert (families.count(Family.SET), families.count(Family.SPELLED)) == (sets, spelled)
    assert [one.value for one in tried if one.family in (Family.DEFAULT, Family.EMPTY)] == [
        None,
        "",
    ]
    assert tried[0].name == EVERYTHING
    assert len({one.name for one in tried}) == len(tried)
    assert max(len(one.name) for one in tried) <= LONGEST


def test_few_sets_have_each_kind_on_and_off(options: Options) -> None:
    """Even where little is tried, each kind is on in one set and off in another."""
    few = [one.named for one in trials(replace(options, effort=Effort.QUICK)) if one.is_a_choice]
    for kind in TELEMETRY:
        assert {kind in named for named in few} == {True, False}


def test_no_spelling_is_the_default() -> None:
    """A fallback to the default is seen with every spelling."""
    default = Trial("any", Family.DEFAULT, None).named
    assert [
        one.name for one in SPELLINGS if default <= Trial("any", Family.SPELLED, one.value).named
    ] == []


def test_all_variables_get_the_value() -> None:
    """Every sender is told the same; what is left alone is taken away."""
    assert Trial("any", Family.SET, "logs").settings(PROFILE) == dict.fromkeys(
        PROFILE.settings["telemetry"], "logs"
    )
    assert set(Trial("any", Family.DEFAULT, None).settings(PROFILE).values()) == {None}


def test_declared_setting_is_the_only_trial(options: Options) -> None:
    """Of a data plane that is not ours, what its user says is tried, and nothing else."""
    (one,) = trials(attached(options, **{VARIABLE: "logs,metrics", OTHER: "metrics, logs"}))
    assert (one.family, one.known, one.named) == (
        Family.DECLARED,
        True,
        frozenset({"logs", "metrics"}),
    )


@pytest.mark.parametrize("settings", [{}, {"ORG_NAME": "acme"}, {VARIABLE: "logs", OTHER: ""}])
def test_undeclared_setting_is_not_known(options: Options, settings: dict[str, str]) -> None:
    """What nobody declares, or what is declared in two ways, is not known."""
    (one,) = trials(attached(options, **settings))
    assert (one.known, one.said) == (False, "whatever the setting is")


def test_each_trial_is_an_observation(options: Options) -> None:
    """What is tried is watched for as long as the profile says, what others need a bit longer."""
    watched = {one.name: one for one in observations(options)}
    assert {one.name for one in trials(options)} < watched.keys()
    assert watched["telemetry-default"].takes == 3.0
    assert max(watched.values(), key=lambda one: one.takes).name == EVERYTHING
    assert watched["telemetry-sysadmin-off"].settings == {"DISABLE_SYSADMIN_TELEMETRY": "true"}


def test_silence_is_watched_as_long_as_the_user_wants(options: Options) -> None:
    """--dataplane-observe-for is the least time."""
    watched = observations(replace(options, observe_for=9.0))
    assert {one.takes for one in watched} == {9.0, 10.0, 0.0}


def test_attached_data_plane_is_watched_as_it_is(options: Options) -> None:
    """What is declared fits by itself, the rest needs data planes of its own."""
    declared = attached(options, **{VARIABLE: "logs"})
    assert [one.name for one in observations(declared) if one.fits(declared.settings)] == [
        "telemetry-declared"
    ]
