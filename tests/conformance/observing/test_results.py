"""Tests read results by name, wait for them, and end as the observation did."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from conformance.errors import ObservationBroke
from conformance.expect import Inconclusive, OutOfReach
from conformance.observing import Observed, Results, results
from conformance.observing.files import Files
from conformance.observing.results import Saying, Taken, matching
from conformance.observing.state import Kind, Phase, Problem, State

if TYPE_CHECKING:
    from pathlib import Path


def over(name: str, count: int = 0) -> State:
    """An observation with a result."""
    return State(name, Phase.OVER, observed=Observed(name, "audit", {"count": count}))


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> Files:
    """An empty folder, of one test."""
    files = Files(tmp_path)
    files.clear()
    return files


def test_name_that_is_spelt_out_means_itself() -> None:
    """A whole name stands for one observation, and any other text for all that begin like it."""
    names = ["rate-1", "rate-100", "other"]
    assert matching("rate-1", names) == ["rate-1"]
    assert matching("rate-", names) == ["rate-1", "rate-100"]
    assert matching("rat3", names) == []


def test_results_are_read_by_name_and_beginning(files: Files) -> None:
    """One result is read by its name, many by how their names begin, in order."""
    for number in (2, 1):
        files.write(over(f"set-{number}", number))
    read = Results(files)
    assert read["set-2"].result == {"count": 2}
    assert [one.result["count"] for one in read.matching("set-")] == [1, 2]
    assert read.take().names == ("set-2", "set-1", "set-2")
    assert read.take() == Taken()


def test_result_that_is_not_there_yet_is_waited_for(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading returns when the result comes, and says meanwhile what is waited for."""
    monkeypatch.setattr(results, "PATIENCE", 0.0)
    files.write(State("one", Phase.RUNNING, "the telemetry of one", 1.0))
    said: list[str] = []

    def say(sentence: str) -> None:
        said.append(sentence)
        threading.Thread(target=files.write, args=[over("one")]).start()

    read = Results(files, notify=say)
    assert read["one"].name == "one"
    assert said == ["waiting 0 s for the telemetry of one"]
    assert read.take().waited > 0


def test_observation_without_a_result_ends_the_test(files: Files) -> None:
    """A test that wants what could not be judged cannot judge either."""
    problem = Problem(Kind.INCONCLUSIVE, "nothing came", row="status")
    files.write(State("one", Phase.OVER, problem=problem))
    with pytest.raises(Inconclusive, match="nothing came"):
        Results(files).matching("o")


def test_name_that_nobody_declared_is_the_suites_fault(files: Files) -> None:
    """A mistyped name breaks the suite, and says what belongs where."""
    for ask in (Results(files).matching, Results(files).__getitem__):
        with pytest.raises(
            ObservationBroke, match=r"no observation .* 'one'; .*@observes\('one'\)"
        ):
            ask("one")


def test_what_an_attached_data_plane_cannot_show_is_skipped(files: Files) -> None:
    """Where no deployment of its own can be had, a test is out of reach, and says what helps."""
    with pytest.raises(OutOfReach, match="let the run start it") as caught:
        Results(files, absent="let the run start it")["one"]
    assert caught.value.unlock == "--dataplane-cmd CMD"


def test_owner_that_is_gone_is_noticed(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a process that shows no sign of life."""
    monkeypatch.setattr(results, "OWNER_GONE", 0.0)
    files.write(State("one", Phase.RUNNING))
    with pytest.raises(ObservationBroke, match="has not been heard of for 0 s"):
        Results(files)["one"]


def test_pulse_keeps_waiting_alive(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as the owner shows itself it is waited for."""
    monkeypatch.setattr(results, "OWNER_GONE", 0.0)
    monkeypatch.setattr(results, "PATIENCE", 0.0)
    beats = iter(range(4))
    monkeypatch.setattr(files, "pulse", lambda: str(next(beats)))
    files.write(State("one", Phase.QUEUED))
    read = Results(files, notify=lambda _: files.write(over("one")))
    assert read["one"].name == "one"


def test_same_wait_is_not_said_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is waited for is said once it changes, and otherwise only now and then."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    said: list[str] = []
    say = Saying(said.append)
    for moment, why in [(0.5, "a"), (1.2, "a"), (5.0, "a"), (6.5, "b"), (22.0, "b"), (30.0, "b")]:
        now[0] = moment
        say(State("one", Phase.RUNNING, why))
    assert [sentence[-1] for sentence in said] == ["a", "b", "b"]
    say.rest()
    now[0] = 44.0
    say(State("one", Phase.RUNNING, "b"))
    assert len(said) == 3
