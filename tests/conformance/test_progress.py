"""While a run goes on it is seen which requirement is judged, on any terminal."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from conformance.observing.state import Phase, State
from conformance.progress import QUIET, Progress
from conformance.requirements import load

if TYPE_CHECKING:
    from typing import Protocol

    class Show(Protocol):
        """Shows what is printed for the outcomes of tests."""

        def __call__(self, *outcomes: str, arguments: tuple[str, ...] = ()) -> str:
            """Return what is printed."""


def report(outcome: str, *, requirement: str = "AUD-04", when: str = "call") -> pytest.TestReport:
    """A phase of a test of the suite, as it comes from whatever process."""
    told = {
        "requirement": requirement,
        "name": "suite::test_a_claim[x]",
        "outcome": outcome,
        "waited": 0.01,
    }
    made = SimpleNamespace(
        dataplane=told, nodeid=f"{requirement}::{when}", when=when, duration=0.04
    )
    return cast("pytest.TestReport", made)


def progress_of(config: pytest.Config) -> Progress:
    """The progress of a pytest session."""
    terminal = config.pluginmanager.getplugin("terminalreporter")
    assert terminal is not None
    return Progress(terminal, load())


@pytest.fixture(name="show")
def _show(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Show:
    """What is printed for reports of some tests; of one test, because the terminal is."""
    monkeypatch.setenv("COLUMNS", "60")

    def show(*outcomes: str, arguments: tuple[str, ...] = ()) -> str:
        config = pytester.parseconfigure(*arguments)
        progress = progress_of(config)
        ids = [f"node-{number}" for number, _ in enumerate(outcomes)]
        progress.pytest_xdist_node_collection_finished(None, ids)
        capsys.readouterr()
        for nodeid, outcome in zip(ids, outcomes, strict=True):
            for when in ("setup", "call", "teardown"):
                phase = report(outcome if when == "call" else "passed", when=when)
                phase.nodeid = nodeid
                progress.pytest_runtest_logreport(phase)
        progress.pytest_sessionfinish()
        config._ensure_unconfigure()
        return capsys.readouterr().out

    return show


def test_test_is_a_letter_in_its_area(show: Show) -> None:
    """Each test is a letter behind the name of its area, and the line ends with the share done."""
    shown = show("passed", "failed", "error", "inconclusive", "skipped")
    assert shown.startswith("audit       .FE?s ")
    assert shown.endswith("[100%]\n")


def test_long_area_goes_on_in_the_next_line(show: Show) -> None:
    """A narrow terminal is not overrun."""
    lines = show(*["passed"] * 100).splitlines()
    assert len(lines) == 3
    assert all(len(line) < 60 for line in lines)
    assert lines[0].endswith(" [ 40%]")


def test_verbose_run_names_requirements(show: Show) -> None:
    """With -v each test is a line with its requirement, its outcome and its claim."""
    shown = show("failed", arguments=("-v",))
    assert shown == "AUD-04 failed          0.1 s  a claim[x]\n"


def test_nothing_is_shown_of_other_tests(pytester: pytest.Pytester) -> None:
    """A user's own tests are not counted among ours."""
    progress = progress_of(pytester.parseconfigure())
    other = cast("pytest.TestReport", SimpleNamespace(when="call", nodeid="mine"))
    assert progress.pytest_report_teststatus(other) is None
    progress.pytest_runtest_logreport(other)


@pytest.mark.parametrize(
    ("outcome", "when", "category"),
    [
        ("passed", "call", "passed"),
        ("passed", "setup", ""),
        ("inconclusive", "setup", "inconclusive"),
        ("failed", "call", "failed"),
    ],
)
def test_pytest_counts_what_we_count(
    pytester: pytest.Pytester, outcome: str, when: str, category: str
) -> None:
    """The last line of pytest counts outcomes by our names; it prints no letter of its own."""
    progress = progress_of(pytester.parseconfigure())
    assert progress.pytest_report_teststatus(report(outcome, when=when)) == (category, "", "")


def test_chosen_traceback_stays(pytester: pytest.Pytester) -> None:
    """Tracebacks that the user asked for are shown, and others are left to the report."""
    chosen, usual = (pytester.parseconfigure(*words) for words in (["--tb=short"], []))
    for config in (chosen, usual):
        progress_of(config)
    assert (chosen.option.tbstyle, usual.option.tbstyle) == ("short", "no")


def test_waiting_has_a_line_of_its_own(
    pytester: pytest.Pytester, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is waited for is said between the letters, where nothing else was to be said."""
    monkeypatch.setenv("COLUMNS", "60")
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    progress = progress_of(pytester.parseconfigure())
    progress.pytest_xdist_node_collection_finished(None, ["node-0", "node-1"])
    capsys.readouterr()
    for when in ("setup", "call", "teardown"):
        phase = report("passed", when=when)
        phase.nodeid = "node-0"
        progress.pytest_runtest_logreport(phase)
    waiting = State("one", Phase.RUNNING, "the telemetry of one")
    progress.idle(waiting)
    now[0] = QUIET
    progress.idle(waiting)
    shown = capsys.readouterr().out.splitlines()
    assert shown[0].endswith("[ 50%]")
    assert shown[1:] == [f"{'':12}waiting 0 s for the telemetry of one"]
