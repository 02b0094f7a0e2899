"""The pytest plugin that turns the reports of pytest into the report of the run.

It stands in every process that runs tests, where it makes evidence out of exceptions, and in the
one that owns the session, where it gathers, judges, writes and prints.
"""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from conformance.report import document, render_text
from conformance.report.evidence import Finding, examine
from conformance.report.facts import Problem
from conformance.report.gathering import Gathering
from conformance.report.printing import shown_in_full
from conformance.report.redaction import Redaction
from conformance.report.telling import condense, marked_id, redact, secrets_of, tell
from conformance.verdict import exit_code, judge

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence
    from pathlib import Path

    from conformance.baseline import ExpectedFailure
    from conformance.report.facts import Facts
    from conformance.report.gathering import Told
    from conformance.requirements import Catalogue
    from conformance.scope import Scope
    from conformance.verdict import Judgement

CRASHED = "???"
"""The phase that pytest-xdist gives to a test whose worker died."""

OUTPUT_LINES = 20
OUTPUT_BYTES = 16_384
ENVIRONMENT_BROKE = 2


@dataclass(frozen=True, slots=True)
class Reporting:
    """How the report is made; without `report_dir` nothing is judged, written or printed.

    `narrowed`: the user has only a part of the suite collected.
    """

    report_dir: Path | None = None
    expected_failures: tuple[ExpectedFailure, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    narrowed: bool = False
    require_complete: bool = False


class Collector:
    """Gathers what the tests did; its hooks are called by pytest, in pytest's own thread.

    `facts` is asked when a failure is written down and once more at the end of the session.
    """

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        scope: Scope,
        facts: Callable[[], Facts],
        reporting: Reporting,
    ) -> None:
        self._catalogue = catalogue
        self._scope = scope
        self._facts = facts
        self._reporting = reporting
        self._redaction = Redaction(frozenset(reporting.secrets))
        self._gathering = Gathering(narrowed=reporting.narrowed)
        self._collected: Counter[str] = Counter()
        self._foreign_failures = False
        self._problem: Problem | None = None
        self._started_at = datetime.now(UTC)
        self._document: document.Document | None = None
        self._written = ""

    def learn(self, *secrets: str) -> None:
        """Keep these secrets, too, out of everything that is written from now on."""
        self._redaction = self._redaction.learn(*secrets)

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Note that tests of requirements in scope were left out, which only a user does."""
        if {self._requirement_of(item) for item in items} & self._scope.in_scope:
            self._gathering.narrowed = True

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count how many tests each requirement has."""
        ids = (self._requirement_of(item) for item in session.items)
        self._collected = Counter(id for id in ids if id is not None)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Let the examples of the suite's own tests be printed in full."""
        if self._requirement_of(item) is None:
            yield
        else:
            with shown_in_full():
                yield

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Add to the report what its exception says about the data plane, without a secret."""
        report = yield
        id = self._requirement_of(item)
        if id is not None:
            exception = call.excinfo.value if call.excinfo is not None else None
            finding = Finding() if exception is None else examine(exception, str(report.when))
            redaction = self._redaction.learn(*secrets_of(exception))
            told = redaction.document(tell(item, id, finding))
            told |= {"collected": self._collected[id], "narrowed": self._gathering.narrowed}
            report.dataplane = told  # type: ignore[attr-defined]  # this is how it travels
            if item.config.getoption("tbstyle") == "auto":
                condense(report, finding)
            redact(report, redaction)
        return report

    def _requirement_of(self, item: pytest.Item) -> str | None:
        id = marked_id(item)
        return id if id in self._catalogue else None

    # First: what it removes must be gone before others print the report, or write it to a file.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Gather one phase of one test, from whatever process it comes."""
        told: Told | None = getattr(report, "dataplane", None)
        if told is not None:
            redact(report, self._redaction)
            told["evidence"] = [self._with_output(one, told) for one in told["evidence"]]
            phase, seconds = str(report.when), report.duration
            self._gathering.tell(report.nodeid, told, phase=phase, seconds=seconds)
        elif report.when == CRASHED and report.nodeid in self._gathering.tests:
            self._gathering.lose(report.nodeid, self._redaction.text(str(report.longrepr)))
        elif report.failed:
            self._foreign_failures = True

    def _with_output(self, evidence: dict[str, object], told: Told) -> dict[str, object]:
        if self._reporting.report_dir is None or evidence["kind"] == "inconclusive":
            return evidence | {"output": []}
        deployments = self._facts().deployments
        named = [one for one in deployments if one.name == told["deployment"]]
        paths = [one.output for one in (named or deployments)[:1] if one.output is not None]
        return evidence | {"output": self._redaction.document(_last_lines(*paths))}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note what could not be collected: pytest runs no test then."""
        if report.failed:
            self._note(f"{report.nodeid} could not be collected: {_last_line(report.longreprtext)}")

    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the run was stopped, by a person or on purpose."""
        self._note(str(excinfo.value) or "The run was interrupted.")

    def pytest_internalerror(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Note that the suite itself, or a plugin beside it, broke."""
        self._note(f"The suite itself broke: {excinfo.exconly()}")

    def _note(self, sentence: str) -> None:
        self._problem = self._problem or Problem(sentence)

    # Innermost: after every other plugin's part, and still before the terminal's summary.
    @pytest.hookimpl(wrapper=True, trylast=True)
    def pytest_sessionfinish(
        self, session: pytest.Session, exitstatus: int
    ) -> Generator[None, object, object]:
        """Judge the run, write the report and set the exit code."""
        try:
            return (yield)
        finally:
            self.conclude(session, int(exitstatus))

    def conclude(self, session: pytest.Session, pytest_status: int) -> None:
        """Judge the run, write the report and set the exit code, where that is this process' part.

        The end of a session calls it; a session that cannot even start has to call it itself.
        """
        if self._reporting.report_dir is None or session.config.option.collectonly:
            return
        facts = self._facts()
        problem = facts.problem or self._problem or _stopped(session, pytest_status)
        judgement = self._judge(cut_short=problem is not None)
        finished = document.Finished(
            judgement,
            self._gathering.tests,
            replace(facts, problem=problem),
            self._catalogue.version,
            self._started_at,
        )
        self._document = self._redaction.document(document.build(finished))
        code = exit_code(
            judgement,
            pytest_status=problem.exit_code if problem and problem.exit_code else pytest_status,
            foreign_failures=self._foreign_failures,
            require_complete=self._reporting.require_complete,
        )
        written = self._write(self._document, self._reporting.report_dir)
        session.exitstatus = code if written else code or ENVIRONMENT_BROKE

    def _judge(self, *, cut_short: bool) -> Judgement:
        known = {one.id: one.reason for one in self._reporting.expected_failures}
        gathered = self._gathering.gathered(cut_short=cut_short)
        return judge(self._catalogue, self._scope, gathered, known)

    def _write(self, report: document.Document, directory: Path) -> bool:
        try:
            path = document.write(report, directory)
        except OSError as problem:
            self._written = f"The report could not be written: {problem}"
            return False
        self._written = f"report: {path}"
        return True

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the report of the run, below what pytest prints of the failures."""
        if self._document is None:
            return
        width = shutil.get_terminal_size().columns
        for line in render_text.lines(self._document, width):
            terminalreporter.write_line(line.text, **dict.fromkeys(line.styles, True))
        terminalreporter.write_line(self._written)


def _stopped(session: pytest.Session, pytest_status: int) -> Problem | None:
    """Say why pytest stopped before its time, if it did."""
    if session.shouldfail or session.shouldstop:
        return Problem(f"The run was stopped early: {session.shouldfail or session.shouldstop}.")
    if pytest_status not in (0, 1, 5):
        return Problem(f"pytest ended with exit code {pytest_status} before its time.")
    return None


def _last_lines(*paths: Path) -> list[str]:
    """The last lines of the files that can be read."""
    found: list[str] = []
    for path in paths:
        try:
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - OUTPUT_BYTES))
                text = file.read().decode("utf-8", "replace")
        except OSError:
            continue
        found += text.splitlines()[-OUTPUT_LINES:]
    return found


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].removeprefix("E").strip() if lines else "no reason was given"
