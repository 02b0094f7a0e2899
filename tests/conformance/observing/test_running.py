"""Observations overlap, end in every case, and tell what came of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from conformance.errors import EnvironmentProblem, ObservationBroke
from conformance.expect import Inconclusive, OutOfReach, Violation
from conformance.observing import running
from tests.conformance.observing.fakes import (
    LONG,
    Planes,
    attached,
    observation,
    observed,
    observing,
    started,
)

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.observing import Ground, JsonObject
    from conformance.observing.staging import Surroundings
    from mock_control_plane.client import ControlPlane


@pytest.fixture(name="planes")
def _planes() -> Planes:
    """What was started; of one test."""
    return Planes()


@pytest.fixture(name="around")
def _around(running_control_plane: ControlPlane, planes: Planes, tmp_path: Path) -> Surroundings:
    """Surroundings in which nothing real is started; of one test, for its folder."""
    return started(running_control_plane, planes, tmp_path)


def test_waits_overlap(around: Surroundings) -> None:
    """Each of several observations is waiting while all the others are."""
    together = threading.Barrier(3)

    def meet(met: threading.Event) -> None:
        together.wait(LONG)
        met.set()

    def run(ground: Ground) -> JsonObject:
        met = threading.Event()
        threading.Thread(target=meet, args=[met], daemon=True).start()
        return {"met": ground.until(met.is_set, deadline=LONG, why="the others")}

    several = [observation(run, f"set-{number}") for number in range(3)]
    made, files = observing(around, *several)
    made.begin(["set-"])
    made.join()
    results = [files.read(one.name).observed for one in several]
    assert [one and one.result for one in results] == [{"met": True}] * 3
    waited = [one.waited for one in results if one]
    assert made.longest_wait == max(waited) > 0


def test_only_what_is_wanted_is_observed(around: Surroundings, planes: Planes) -> None:
    """What no test wants is not begun, and starts nothing."""
    made, files = observing(around, observation(name="one"), observation(name="other"))
    made.begin(["one", "none"])
    made.join()
    assert files.names() == ["one"]
    assert [plane.settings["NAME"] for plane in planes.started] == ["one"]
    assert [one.name for one in made.deployments] == ["one"]


def test_nothing_wanted_is_nothing_done(around: Surroundings) -> None:
    """A run without observations has no thread, and no wait."""
    made, _ = observing(around, observation())
    made.begin([])
    made.end()
    made.join()
    assert (made.states, made.deployments, made.longest_wait) == ((), (), 0.0)


def test_refusal_is_an_answer_where_it_may_be(around: Surroundings) -> None:
    """A data plane that does not start with its settings has answered, with its last lines."""
    asked = {"REFUSE": "1"}
    one = observed(around, observation(settings=asked, may_refuse=True))
    assert one.refused is not None
    assert "it said no" in one.refused
    assert one.result == {}
    with pytest.raises(EnvironmentProblem, match=r"could not be made: .* it said no"):
        observed(around, observation(name="two", settings=asked))


def test_death_is_told_whatever_it_led_to(around: Surroundings, planes: Planes) -> None:
    """A data plane that dies under observation is the reason, and not what came of that."""

    def run(ground: Ground) -> JsonObject:
        planes.named("NAME", "one").dead.set()
        raise Violation(expected="an answer", came=f"none from {ground.deployment.name}")

    with pytest.raises(EnvironmentProblem, match=r"died while .* exited with 9; its last lines"):
        observed(around, observation(run, may_refuse=True))


@pytest.mark.parametrize(
    ("raised", "thrown", "text"),
    [
        (Violation(expected="this", came="that"), Violation, "came:     that"),
        (Inconclusive("nothing came"), Inconclusive, "nothing came"),
        (ZeroDivisionError("by zero"), ObservationBroke, r"by zero\n(.*\n)*.*test_running.py"),
    ],
)
def test_whatever_is_raised_reaches_the_tests(
    around: Surroundings, raised: Exception, thrown: type[BaseException], text: str
) -> None:
    """An observation that ends without a result is over as well, and says why."""

    def run(_: Ground) -> JsonObject:
        raise raised

    with pytest.raises(thrown, match=text):
        observed(around, observation(run))


def test_end_of_the_run_is_the_end_of_all(around: Surroundings, planes: Planes) -> None:
    """What is still observed is told to be over at once, and stopped."""
    waiting = threading.Event()

    def run(ground: Ground) -> JsonObject:
        waiting.set()
        ground.wait(10 * LONG, "what never comes")
        return {}

    made, files = observing(around, observation(run))
    made.begin(["one"])
    assert waiting.wait(LONG)
    made.end()
    with pytest.raises(EnvironmentProblem, match="the run was ended before"):
        files.read("one").problem.throw("one")  # type: ignore[union-attr]
    made.join()
    assert all(plane.stopped.is_set() for plane in planes.started)
    assert files.read("one").over


def test_what_takes_too_long_is_given_up(
    around: Surroundings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An observation that never ends holds nobody up for ever, and somebody is told meanwhile."""
    monkeypatch.setattr(running, "LIMIT", 0.0)
    monkeypatch.setattr(running, "BEAT", 0.01)
    given_up, shown = threading.Event(), threading.Event()

    def run(_: Ground) -> JsonObject:
        given_up.wait(LONG)
        return {}

    made, files = observing(around, observation(run))
    made._show = lambda _: shown.set()
    made.begin(["one"])
    while not files.read("one").over:
        assert shown.wait(LONG)
    with pytest.raises(ObservationBroke, match="not over after 0 s"):
        files.read("one").problem.throw("one")  # type: ignore[union-attr]
    given_up.set()
    made.join()
    assert files.pulse()
    assert files.read("one").observed is None


def test_attached_data_plane_is_observed_as_it_is(tmp_path: Path) -> None:
    """What fits the declared configuration is observed there, and the rest says what helps."""
    around = attached(tmp_path, dataplane_setting=["KINDS=status"])
    fits = observation(name="fits", settings={"KINDS": "status"}, attached=True)
    assert observed(around, fits).deployment == around.environment.default
    with pytest.raises(OutOfReach, match="declare with --dataplane-setting"):
        observed(around, observation(settings={"KINDS": "metrics"}, attached=True))


def test_deployment_that_is_not_ours_is_listed_once(tmp_path: Path) -> None:
    """The data plane that is attached to is no deployment of an observation."""
    made, _ = observing(attached(tmp_path), observation(settings={}, attached=True))
    made.begin(["one"])
    made.join()
    assert made.deployments == ()
