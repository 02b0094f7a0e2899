"""What is seen while a run goes on: a letter for each test, or with -v a line for each."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from conformance.observing.results import Saying
from conformance.outcomes import Outcome, worst_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.observing.state import State
    from conformance.requirements import Catalogue

__all__ = ["Progress"]

LETTERS = {
    Outcome.PASSED: (".", {"green": True}),
    Outcome.FAILED: ("F", {"red": True, "bold": True}),
    Outcome.ERROR: ("E", {"red": True, "bold": True}),
    Outcome.INCONCLUSIVE: ("?", {"yellow": True}),
    Outcome.SKIPPED: ("s", {"yellow": True}),
}
PYTESTS_OWN = "fE"
PERCENT = len(" [100%] ")
AREA = 12
VERBOSE_PREFIX = len("AUD-04 inconclusive  123.4 s  ")
SHORTEST = 16
QUIET = 4.0
"""How long, in seconds, nothing is said of many waits at once: each would be another line."""


@dataclass(slots=True)
class _Test:
    """A test whose phases are still coming in."""

    outcome: Outcome = Outcome.PASSED
    seconds: float = 0.0


class Progress:
    """Stands in for pytest's own dots where only the suite runs; the lock guards what it writes."""

    def __init__(self, terminal: pytest.TerminalReporter, catalogue: Catalogue) -> None:
        config = terminal.config
        self._catalogue = catalogue
        self._terminal = terminal
        self._verbose = config.option.verbose > 0
        # pytest would name files where we name requirements, and show failures that the report
        # of the run shows better, unless the user asked for that.
        config.option.verbose = min(config.option.verbose, 0)
        if config.option.tbstyle == "auto":
            config.option.tbstyle = "no"
        if config.option.reportchars == PYTESTS_OWN:
            terminal.reportchars = ""
        terminal.showfspath = False
        self._tests: dict[str, _Test] = {}
        self._all = 0
        self._done = 0
        self._area: str | None = None
        self._lock = threading.Lock()
        self._saying = Saying(self.waiting, QUIET)

    def idle(self, state: State) -> None:
        """Say what is waited for, where nothing else was to be said for a while; in any thread."""
        self._saying(state)

    def waiting(self, sentence: str) -> None:
        """Say what is waited for, on a line of its own; in any thread."""
        with self._lock:
            self._end_line()
            self._terminal.line(f"{'':<{AREA}}{sentence}", yellow=True)
            self._terminal.flush()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Note how many tests there are."""
        self._all = max(self._all, len(session.items))

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: Sequence[str]) -> None:
        """Note how many tests there are, from a worker."""
        del node
        self._all = max(self._all, len(ids))

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: object) -> tuple[str, str, str] | None:
        """Count a test as what it is to the suite, and let pytest print nothing for it."""
        told = getattr(report, "dataplane", None)
        if told is None:
            return None
        outcome = Outcome(told["outcome"])
        counts = outcome is not Outcome.PASSED or getattr(report, "when", "") == "call"
        return (outcome.value if counts else "", "", "")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show a test once its last phase is over."""
        told = getattr(report, "dataplane", None)
        if told is None:
            return
        test = self._tests.setdefault(report.nodeid, _Test())
        test.outcome = worst_of([test.outcome, Outcome(told["outcome"])]) or test.outcome
        test.seconds += max(report.duration - told["waited"], 0.0)
        if report.when == "teardown":
            self._done += 1
            self._saying.rest()
            with self._lock:
                self._show(told["requirement"], told["name"], self._tests.pop(report.nodeid))

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """End the line that was begun."""
        with self._lock:
            self._end_line()

    def _show(self, requirement: str, name: str, test: _Test) -> None:
        letter, markup = LETTERS[test.outcome]
        if self._verbose:
            self._terminal.write(f"{requirement} ")
            self._terminal.write(f"{test.outcome.value:<12}", **markup)
            room = max(self._terminal._tw.fullwidth - VERBOSE_PREFIX, SHORTEST)
            self._terminal.line(f" {test.seconds:6.1f} s  {_shortened(_claim(name), room)}")
        else:
            self._begin_line(self._catalogue[requirement].area)
            self._terminal.write(letter, **markup)
            if self._terminal._tw.width_of_current_line + PERCENT >= self._terminal._tw.fullwidth:
                self._end_line()
        self._terminal.flush()

    def _begin_line(self, area: str) -> None:
        if self._area != area:
            self._end_line()
            self._terminal.write(f"{area:<{AREA}}")
            self._area = area

    def _end_line(self) -> None:
        if self._area is not None:
            percent = f"[{self._done * 100 // max(self._all, 1):3d}%]"
            gap = self._terminal._tw.fullwidth - self._terminal._tw.width_of_current_line - 1
            self._terminal.line(percent.rjust(gap) if gap > len(percent) else percent)
        self._area = None


def _claim(name: str) -> str:
    return name.rpartition("::")[2].removeprefix("test_").replace("_", " ")


def _shortened(text: str, room: int) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"
