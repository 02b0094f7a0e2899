"""What is not known of a run is left open, and a report can be made all the same."""

from __future__ import annotations

import jsonschema

from conformance.report import document
from conformance.report.facts import Facts, Implementation, Problem, RunFacts, Target
from tests.conformance.material import all_passing, report_of


def test_least_that_is_known_makes_a_report() -> None:
    """Who is judged, and by which command, is all that a report cannot do without."""
    facts = Facts(RunFacts("run-1", "pytest"), Target("embedded"))
    assert facts.implementation == Implementation()
    assert facts.problem is None
    report = report_of(all_passing(), facts=facts)
    jsonschema.validate(report, document.schema())
    assert report["run"]["seed"] is None


def test_problem_may_leave_the_exit_code_open() -> None:
    """Where a problem does not decide the exit code, what was judged does."""
    assert Problem("stopped early").exit_code is None
