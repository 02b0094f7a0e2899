"""Waiting for an observation ends with its time, its condition, a death, or the run."""

from __future__ import annotations

import threading

import pytest

from conformance.errors import DataPlaneDied
from conformance.observing.life import CutShort, Life
from tests.conformance.observing.fakes import LONG, Plane


class Told(list[tuple[str, float]]):
    """What was told of waiting."""

    def __call__(self, why: str, until: float) -> None:
        """Take what is waited for."""
        self.append((why, until))


def life_of(plane: Plane | None, *told: Told) -> tuple[Life, threading.Event]:
    """The life of what was started, and what ends the run."""
    over = threading.Event()
    close = plane.stop if plane is not None else lambda: None
    tell = told[0] if told else Told()
    return Life(plane, over=over, tell=tell, close=close), over


def test_waiting_is_counted_and_told() -> None:
    """Time that passes is added up, and it is told why, and when it is over."""
    told = Told()
    life, _ = life_of(Plane({}), told)
    life.wait(0.01, "the telemetry")
    life.wait(0.01, "more of it")
    assert [why for why, _ in told] == ["the telemetry", "", "more of it", ""]
    assert 0.02 <= life.waited < LONG


def test_condition_ends_waiting() -> None:
    """What is waited for ends the wait; what does not come is told as such."""
    life, _ = life_of(Plane({}))
    answers = iter([False, False, True])
    assert life.until(lambda: next(answers), LONG, "the third time")
    assert not life.until(lambda: False, 0.01, "the impossible")


def test_death_ends_waiting() -> None:
    """A data plane that dies is not waited for any longer."""
    plane = Plane({})
    life, _ = life_of(plane)
    plane.dead.set()
    with pytest.raises(DataPlaneDied, match="died while it was observed: it exited with 9"):
        life.wait(LONG, "anything")


def test_end_of_the_run_ends_waiting() -> None:
    """Where the run is ended nobody waits on."""
    life, over = life_of(None)
    over.set()
    with pytest.raises(CutShort, match="the run was ended"):
        life.wait(LONG, "anything")


def test_stopping_is_no_death() -> None:
    """A data plane that was told to stop may be observed after its end."""
    plane = Plane({})
    life, _ = life_of(plane)
    assert life.owned
    life.stop()
    assert plane.stopped.is_set()
    assert life.death() is None
    life.wait(0.01, "what comes after the end")


def test_attached_data_plane_runs_on() -> None:
    """What nobody started is not owned, and nothing is known of its death."""
    life, _ = life_of(None)
    life.stop()
    assert not life.owned
    assert life.death() is None
