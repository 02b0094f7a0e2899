"""What the process that ran a test says about it: taken from pytest's item, without a secret."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from conformance.expect import Violation
from conformance.observing.results import Results, Taken
from conformance.outcomes import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.report.evidence import Finding
    from conformance.report.gathering import Told
    from conformance.report.redaction import Redaction

MARKER = "requirement"
SUITES = "conformance.suites"


def tell(item: pytest.Item, requirement: str, finding: Finding) -> Told:
    """Return what is known of a phase of a test, as JSON values; the counts are still open."""
    taken = taken_by(item)
    return {
        "requirement": requirement,
        "name": dotted_name(item),
        "claim": claim_of(item),
        "deployment": deployment_of(item, taken),
        "collected": 0,
        "narrowed": False,
        "waited": taken.waited,
        "outcome": finding.outcome.value,
        "broke": finding.broke.value if finding.broke is not None else None,
        "reason": asdict(finding.reason) if finding.reason is not None else None,
        "evidence": [evidence.as_json() for evidence in finding.evidence],
    }


def marked_id(item: pytest.Item) -> str | None:
    """Return the id that the test is marked with, in the catalogue or not."""
    mark = item.get_closest_marker(MARKER)
    id = mark.args[0] if mark is not None and mark.args else None
    return id if isinstance(id, str) else None


def dotted_name(item: pytest.Item) -> str:
    """Return the name under which `pytest --pyargs` finds the test from any folder."""
    module = item.getparent(pytest.Module)
    if module is None or not module.obj.__name__.startswith(SUITES):
        return item.nodeid
    _, _, inside = item.nodeid.partition("::")
    return f"{module.obj.__name__}::{inside}"


def claim_of(item: pytest.Item) -> str:
    """Return the first paragraph of the test's docstring on one line: what the test claims."""
    function = getattr(item, "obj", None)
    first, _, _ = (getattr(function, "__doc__", None) or "").strip().partition("\n\n")
    return " ".join(first.split())


def taken_by(item: pytest.Item) -> Taken:
    """Return what the test read of the run's observations since this was asked last."""
    observed = (getattr(item, "funcargs", None) or {}).get("observed")
    return observed.take() if isinstance(observed, Results) else Taken()


def deployment_of(item: pytest.Item, taken: Taken) -> str | None:
    """Return the name of the deployment that the test looked at, if that was a single one.

    It asked for it by its fixture, or read what was observed on it.
    """
    deployment = (getattr(item, "funcargs", None) or {}).get("deployment")
    names = {getattr(deployment, "name", None), *taken.names} - {None}
    return str(names.pop()) if len(names) == 1 else None


def secrets_of(exception: BaseException | None) -> Iterator[str]:
    """Yield the credentials that the exchanges of a violation were made with."""
    if isinstance(exception, BaseExceptionGroup):
        for part in exception.exceptions:
            yield from secrets_of(part)
    if isinstance(exception, Violation):
        for exchange in exception.exchanges:
            yield from exchange.secrets


def condense(report: pytest.TestReport, finding: Finding) -> None:
    """Let pytest print of a violation what matters to its reader, who has never seen our code."""
    if finding.outcome is Outcome.FAILED:
        report.longrepr = _messages(finding)


def redact(report: pytest.TestReport, redaction: Redaction) -> None:
    """Take the credentials out of what pytest itself prints and hands to other plugins."""
    report.sections = [(name, redaction.text(content)) for name, content in report.sections]
    if isinstance(report.longrepr, tuple):
        path, line, reason = report.longrepr
        report.longrepr = (path, line, redaction.text(reason))
    elif report.longrepr is not None:
        report.longrepr = redaction.text(str(report.longrepr))


def _messages(finding: Finding) -> str:
    return "\n\n".join(
        "\n".join(
            [
                f"expected: {one.expected}" if one.expected is not None else one.message,
                *([f"came:     {one.came}"] if one.came is not None else []),
                *([f"example:  {one.example}"] if one.example is not None else []),
            ]
        )
        for one in finding.evidence
    )
