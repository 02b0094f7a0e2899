"""What goes through a file from process to process comes out as it went in."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.deployment.environment import Deployment
from conformance.errors import DataPlaneDied, EnvironmentProblem, ObservationBroke
from conformance.expect import Inconclusive, OutOfReach, Violation
from conformance.observing import Observed
from conformance.observing.state import Kind, Phase, Problem, State

DEPLOYMENT = Deployment("one", "http://h", {"A": "1"}, {}, "realm", Path("one.log"))
OBSERVED = Observed("one", "audit", {"count": 3}, None, DEPLOYMENT, 1.0, 2.0, 0.5)


@pytest.mark.parametrize(
    "state",
    [
        State("one", Phase.RUNNING, "the telemetry", 12.5),
        State("one", Phase.OVER, observed=OBSERVED),
        State("one", Phase.OVER, observed=Observed("one", "audit", {}, "no such kind")),
        State("one", Phase.OVER, problem=Problem(Kind.INCONCLUSIVE, "nothing came", "status")),
    ],
)
def test_state_survives_json(state: State) -> None:
    """A state is read as it was written."""
    assert State.from_json(state.to_json()) == state


@pytest.mark.parametrize(
    ("raised", "thrown", "text"),
    [
        (Violation(expected="this", came="that"), Violation, "expected: this"),
        (Inconclusive("nothing came", row="status"), Inconclusive, "nothing came"),
        (DataPlaneDied("it exited"), EnvironmentProblem, "one could not be made: it exited"),
        (ZeroDivisionError("by zero"), ObservationBroke, "one broke: ZeroDivisionError: by zero"),
    ],
)
def test_end_of_an_observation_is_the_end_of_its_tests(
    raised: BaseException, thrown: type[BaseException], text: str
) -> None:
    """What ended an observation ends the tests that wanted its result in the same way."""
    with pytest.raises(thrown, match=text) as caught:
        Problem.of(raised).throw("one")
    assert getattr(caught.value, "row", None) == getattr(raised, "row", None)


def test_absent_observation_is_skipped_with_its_unlock() -> None:
    """What cannot be made here says what to pass."""
    with pytest.raises(OutOfReach, match="start it") as caught:
        Problem(Kind.ABSENT, "let the run start it", unlock="--dataplane-cmd CMD").throw("one")
    assert caught.value.unlock == "--dataplane-cmd CMD"


def test_details_are_for_whoever_mends_it() -> None:
    """A bug of the suite is told with the place where it is."""
    assert "line 7" in Problem.of(KeyError("a"), "file.py, line 7").sentence


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State("one", Phase.QUEUED), "waiting for one: its turn to be started"),
        (State("one", Phase.STARTING), "waiting for one: its data plane to be ready"),
        (State("one", Phase.RUNNING), "waiting for one: what is being done for it"),
    ],
)
def test_sentence_says_what_is_waited_for(state: State, sentence: str) -> None:
    """Somebody who waits is told for what, and for how long where that is known."""
    assert state.sentence == sentence


def test_sentence_says_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where time has to pass it is said how much is left, and never less than none."""
    monkeypatch.setattr(time, "time", lambda: 1000.0)
    running = State("one", Phase.RUNNING, "the telemetry of one", 1003.2)
    assert running.sentence == "waiting 3 s for the telemetry of one"
    assert replace(running, until=999.0).sentence == "waiting 0 s for the telemetry of one"


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (State("one", Phase.QUEUED), "unfinished"),
        (State("one", Phase.OVER, observed=OBSERVED), "observed"),
        (State("one", Phase.OVER, observed=Observed("one", "audit", {}, "no")), "refused"),
        (State("one", Phase.OVER, problem=Problem(Kind.SUITE, "a bug")), "suite"),
    ],
)
def test_outcome_is_one_word(state: State, outcome: str) -> None:
    """The report says in one word what became of an observation."""
    assert state.outcome == outcome
