"""Each observation gets a deployment of its own, with a realm and a user, and it is tidied up."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.errors import EnvironmentProblem
from conformance.observing.life import CutShort
from conformance.observing.staging import Stage
from mock_control_plane.client import ControlPlane
from tests.conformance.observing.fakes import (
    NOWHERE,
    Planes,
    observation,
    observed,
    observing,
    started,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from conformance.deployment.launcher import Started
    from conformance.observing import Ground, JsonObject
    from tests.conformance.observing.fakes import Plane


def test_settings_are_those_that_it_asks_for(
    running_control_plane: ControlPlane, tmp_path: Path
) -> None:
    """A deployment has what every one has, but for what its observation sets and unsets."""
    planes = Planes()
    around = started(running_control_plane, planes, tmp_path)
    around = replace(around, options=replace(around.options, settings={"A": "user"}))
    asked = {"A": "1", "OUTBOUND_RATE_LIMIT_MAX_REQUESTS": None}
    one = observed(around, observation(settings=asked))
    (plane,) = planes.started
    assert plane.settings["A"] == "1"
    assert "OUTBOUND_RATE_LIMIT_MAX_REQUESTS" not in plane.settings
    assert one.deployment is not None
    assert (
        plane.settings["BRAINTRUST_APP_URL"]
        == running_control_plane.realm(one.deployment.realm or "").url
    )
    assert one.deployment.asked == {"A": "1"}
    assert plane.stopped.is_set()


def test_ground_is_the_observations_own(
    running_control_plane: ControlPlane, tmp_path: Path
) -> None:
    """It has a realm that heard nothing before, and users that are made there."""

    def run(ground: Ground) -> JsonObject:
        person = ground.callers.new().person
        assert ground.owned
        assert ground.began_seq == 0
        assert ground.ready_seq == ground.realm.position()
        return {"organization": person.organization_id, "own": ground.realm.organization.id}

    result = observed(started(running_control_plane, Planes(), tmp_path), observation(run)).result
    assert result["organization"] == result["own"]


def test_no_more_start_at_a_time_than_is_allowed(
    running_control_plane: ControlPlane, tmp_path: Path
) -> None:
    """Deployments are started side by side, up to the number that the user set."""
    at_once: list[int] = []

    class Narrow(Planes):
        def start(
            self, settings: Mapping[str, str], output: Path, *, started: Callable[[Started], object]
        ) -> Plane:
            with self._lock:
                self.starting += 1
                at_once.append(self.starting)
            plane = super().start(settings, output, started=started)
            with self._lock:
                self.starting -= 1
            return plane

    around = started(running_control_plane, Narrow(), tmp_path)
    around = replace(around, options=replace(around.options, max_deployments=1))
    several = [observation(name=f"set-{number}") for number in range(4)]
    made, files = observing(around, *several)
    made.begin(["set-"])
    made.join()
    assert at_once == [1, 1, 1, 1]
    assert all(files.read(one.name).observed for one in several)


def test_nothing_is_started_after_the_end(
    running_control_plane: ControlPlane, tmp_path: Path
) -> None:
    """A run that is ended brings up no further data plane."""
    planes, over = Planes(), threading.Event()
    over.set()
    stage = Stage(started(running_control_plane, planes, tmp_path), over)

    def ignore(*_: object) -> None:
        """Take whatever is told."""

    with (
        pytest.raises(CutShort),
        stage.ground(observation(), starting=ignore, up=ignore, waiting=ignore),
    ):
        pytest.fail("it was brought up")
    assert planes.started == []


def test_missing_mock_is_the_environments_fault(tmp_path: Path) -> None:
    """A mock that is gone is told as such, and blames no data plane."""
    with ControlPlane(NOWHERE) as gone, pytest.raises(EnvironmentProblem, match="not answer"):
        observed(started(gone, Planes(), tmp_path), observation())
