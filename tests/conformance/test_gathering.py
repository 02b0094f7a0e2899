"""The phases of a test, from whatever process, become one outcome of a test."""

from __future__ import annotations

from conformance.outcomes import Outcome
from conformance.report.gathering import Gathering
from tests.conformance.material import BROKEN, FAILED, INCONCLUSIVE, PASSED, told_by


def test_phases_add_up() -> None:
    """The worst phase is the outcome, the times and the evidence add up."""
    gathering = Gathering()
    for finding, phase in ((PASSED, "setup"), (FAILED, "call"), (BROKEN, "teardown")):
        gathering.tell("t", told_by(finding, "ONE-01"), phase=phase, seconds=0.5)
    (tested,) = gathering.gathered(cut_short=False).tests
    assert tested.outcome is Outcome.FAILED
    assert tested.reason == FAILED.reason
    assert tested.seconds == 1.5
    assert len(gathering.tests["t"].evidence) == 2


def test_waiting_is_no_work() -> None:
    """What a test waited for observations is not counted as what it took."""
    gathering = Gathering()
    for waited, phase in ((1.25, "call"), (9.0, "teardown")):
        told = told_by(PASSED, "ONE-01")
        told["waited"] = waited
        gathering.tell("t", told, phase=phase, seconds=1.5)
    (tested,) = gathering.gathered(cut_short=False).tests
    assert tested.seconds == 0.25


def test_passed_means_to_the_end() -> None:
    """A test whose teardown never came has passed nothing."""
    gathering = Gathering()
    for phase in ("setup", "call"):
        gathering.tell("t", told_by(PASSED, "ONE-01"), phase=phase, seconds=0.5)
    assert gathering.gathered(cut_short=True).tests == ()
    gathering.tell("t", told_by(PASSED, "ONE-01"), phase="teardown", seconds=0.5)
    assert gathering.gathered(cut_short=True).tests != ()


def test_failure_counts_at_once() -> None:
    """A test that failed counts, also where its teardown never came."""
    gathering = Gathering()
    gathering.tell("t", told_by(FAILED, "ONE-01"), phase="call", seconds=0.5)
    (tested,) = gathering.gathered(cut_short=True).tests
    assert tested.outcome is Outcome.FAILED


def test_lost_process_is_an_error() -> None:
    """A test whose process died is an error of the suite, with what is known of it."""
    gathering = Gathering()
    gathering.tell("t", told_by(PASSED, "ONE-01"), phase="setup", seconds=0.5)
    gathering.lose("t", "worker gw0 crashed")
    (tested,) = gathering.gathered(cut_short=False).tests
    assert tested.outcome is Outcome.ERROR
    assert tested.reason is not None
    assert tested.reason.sentence == "worker gw0 crashed"


def test_unknown_test_cannot_be_lost() -> None:
    """A process that dies with a test that nobody knows says nothing about a requirement."""
    gathering = Gathering()
    gathering.lose("t", "worker gw0 crashed")
    assert gathering.gathered(cut_short=False).tests == ()


def test_counts_and_selection_are_gathered() -> None:
    """How many tests there were, and whether some were left out, comes with the tests."""
    gathering = Gathering()
    told = told_by(INCONCLUSIVE, "TWO-01") | {"collected": 4, "narrowed": True}
    gathering.tell("t", told, phase="call", seconds=0.5)
    gathered = gathering.gathered(cut_short=False)
    assert gathered.collected == {"TWO-01": 4}
    assert gathered.narrowed
    assert gathered.tests[0].reason == INCONCLUSIVE.reason
