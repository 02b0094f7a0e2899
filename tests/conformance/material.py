"""What tests of verdict and reports are made of: a small catalogue, and runs that judged it."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.deployment.environment import Deployment
from conformance.exchange import Exchange
from conformance.expect import Inconclusive, Violation
from conformance.report import document
from conformance.report.evidence import Finding, examine
from conformance.report.facts import Facts, Implementation, Problem, RunFacts, Target
from conformance.report.gathering import Gathering, Told
from conformance.requirements import parse
from conformance.scope import Missing, Scope
from conformance.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.report.document import Document

CATALOGUE_TEXT = """
catalogue = "2000.1"

[[requirement]]
id = "ONE-01"
area = "one"
level = "MUST"
basis = "documented"
source = "Guide: first section"
needs = ["api-key"]
title = "The first thing is done"

[[requirement]]
id = "ONE-02"
area = "one"
level = "SHOULD"
basis = "derived"
source = "Guide: first section"
needs = []
title = "The first thing is done well"

[[requirement]]
id = "TWO-01"
area = "two"
level = "MUST"
basis = "standard"
source = "RFC 0000: second section"
needs = ["control-plane"]
wire = ["status"]
title = "The second thing is done"

[[requirement]]
id = "TWO-02"
area = "two"
level = "SHOULD"
basis = "derived"
source = "Guide: second section"
needs = ["control-plane"]
title = "The second thing is not done anymore"
withdrawn = "the vendor gave it up"
"""
CATALOGUE = parse(CATALOGUE_TEXT)
JUDGED = ("ONE-01", "ONE-02", "TWO-01")
EVERYTHING = Scope(frozenset(JUDGED))
NO_MOCK = Missing("control-plane", "--control-plane-listen HOST:PORT", "Pass a place to listen.")
WITHOUT_TWO = Scope(frozenset({"ONE-01", "ONE-02"}), {"TWO-01": (NO_MOCK,)})

EXCHANGE = Exchange(
    method="POST",
    url="http://127.0.0.1:4000/v1/project",
    request_headers=(("authorization", "Bearer $BRAINTRUST_API_KEY"),),
    request_body=b'{"name": "one"}',
    status=200,
    headers=(("content-type", "application/json"), ("x-bt-audit-user-id", "k-1")),
    body=b'{"id": "p-1"}',
    seconds=0.0125,
)
STARTED = datetime(2030, 1, 2, 3, 4, 5, 678_000, tzinfo=UTC)
FACTS = Facts(
    run=RunFacts("run-1", "pytest --dataplane-url http://127.0.0.1:4000", 7, ("pytest", "-q")),
    target=Target("url", {"ORG_NAME": "acme"}, "braintrust", ("status",)),
    implementation=Implementation("acme-plane", "1.2.3", "http://127.0.0.1:4000"),
    deployments=(
        Deployment(
            "default",
            "http://127.0.0.1:4000",
            settings={"ORG_NAME": "acme"},
            realm="r-1",
            output=Path("conformance-report/default.log"),
        ),
    ),
)

PASSED = Finding()
FAILED = examine(
    Violation(expected="the id of the user", came="the id of the key", exchanges=EXCHANGE), "call"
)
INCONCLUSIVE = examine(Inconclusive("nothing was heard", row="status"), "call")
BROKEN = examine(ZeroDivisionError("division by zero"), "setup")


def told_by(finding: Finding, requirement: str) -> Told:
    """What the process that ran a test says of it."""
    return {
        "requirement": requirement,
        "name": f"conformance.suites.{requirement.lower()}::test_it",
        "claim": "The user is named, not the key.",
        "deployment": None,
        "collected": 1,
        "narrowed": False,
        "waited": 0.0,
        "outcome": finding.outcome.value,
        "broke": finding.broke.value if finding.broke else None,
        "reason": asdict(finding.reason) if finding.reason else None,
        "evidence": [{**one.as_json(), "output": ["it started"]} for one in finding.evidence],
    }


def report_of(
    findings: Mapping[str, Finding],
    *,
    scope: Scope = EVERYTHING,
    known: Mapping[str, str] | None = None,
    problem: str | None = None,
    facts: Facts = FACTS,
) -> Document:
    """The report of a run in which one test of each of these requirements came to this."""
    gathering = Gathering()
    for id, finding in findings.items():
        gathering.tell(f"t.py::{id}", told_by(finding, id), phase="teardown", seconds=0.25)
    judgement = judge(
        CATALOGUE, scope, gathering.gathered(cut_short=problem is not None), known or {}
    )
    told = replace(facts, problem=Problem(problem) if problem else None)
    finished = document.Finished(
        judgement,
        gathering.tests,
        told,
        CATALOGUE.version,
        STARTED,
        STARTED + timedelta(seconds=12.5),
    )
    return document.build(finished)


def all_passing() -> dict[str, Finding]:
    """A run in which everything passed."""
    return dict.fromkeys(JUDGED, PASSED)
