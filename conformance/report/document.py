"""`report.json` as a value: built here, described by `report.schema.json`, rendered elsewhere."""

from __future__ import annotations

import json
import os
import shlex
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING, Any

from conformance import __version__
from conformance.verdict import count, verdict_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from conformance.deployment.environment import Deployment
    from conformance.observing.state import State
    from conformance.report.facts import Facts, RunFacts
    from conformance.report.gathering import Ran
    from conformance.verdict import Judgement, Result

SCHEMA_VERSION = 1
SUITE = "braintrust-dataplane-conformance"
FILE_NAME = "report.json"

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Finished:
    """A run that is over: what it found, and everything that the report says beside it."""

    judgement: Judgement
    tests: Mapping[str, Ran]
    facts: Facts
    catalogue: str
    started_at: datetime
    finished_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def seconds(self) -> float:
        """The wall time of the run."""
        return (self.finished_at - self.started_at).total_seconds()


def build(finished: Finished) -> Document:
    """Return the report of a run as JSON values, in the order in which a reader wants them."""
    judgement, facts = finished.judgement, finished.facts
    return {
        "schema_version": SCHEMA_VERSION,
        "suite": {"name": SUITE, "version": __version__, "catalogue": finished.catalogue},
        "implementation": asdict(facts.implementation),
        "target": _target(facts),
        "run": {"id": facts.run.id, "command": facts.run.command, "seed": facts.run.seed},
        "started_at": finished.started_at.isoformat(timespec="milliseconds"),
        "finished_at": finished.finished_at.isoformat(timespec="milliseconds"),
        "seconds": _rounded(finished.seconds),
        "timing": _timing(finished),
        "verdict": judgement.verdict.value,
        "problem": facts.problem.sentence if facts.problem else None,
        "scope": _scope(judgement),
        "counts": count(judgement.results),
        "areas": {
            area: {
                "verdict": verdict_of(results, whole=not judgement.narrowed).value,
                "counts": count(results),
            }
            for area, results in judgement.areas.items()
        },
        "expected_failures": _expected_failures(judgement),
        "deployments": [_deployment(deployment) for deployment in facts.deployments],
        "observations": [_observation(state) for state in facts.observations],
        "egress": [
            {"observation": state.name, **seen}
            for state in facts.observations
            if state.observed is not None
            for seen in state.observed.result.get("egress", [])
        ],
        "requirements": [_requirement(result, finished) for result in judgement.results],
    }


def _target(facts: Facts) -> Document:
    target = facts.target
    return {
        "kind": target.kind,
        "settings": dict(target.settings),
        "wire_profile": target.wire_profile,
        "assumed": list(target.assumed),
    }


def _timing(finished: Finished) -> Document:
    return {
        "wall": _rounded(finished.seconds),
        "longest_wait": _rounded(finished.facts.longest_wait),
        "work": _rounded(sum(ran.seconds for ran in finished.tests.values())),
    }


def _scope(judgement: Judgement) -> Document:
    return {
        "must": sum(result.in_scope for result in judgement.musts),
        "of": len(judgement.musts),
        "narrowed": judgement.narrowed,
        "unlocks": [
            asdict(unlock) | {"requirements": list(unlock.requirements)}
            for unlock in judgement.unlocks
        ],
    }


def _expected_failures(judgement: Judgement) -> Document:
    known = [result for result in judgement.results if result.expected_failure is not None]
    return {
        "known": [result.requirement.id for result in known],
        "stale": [result.requirement.id for result in judgement.stale],
    }


def _deployment(deployment: Deployment) -> Document:
    return {
        "name": deployment.name,
        "url": deployment.url,
        "settings": dict(deployment.settings),
        "realm": deployment.realm,
        "output": str(deployment.output) if deployment.output is not None else None,
    }


def _observation(state: State) -> Document:
    observed, problem = state.observed, state.problem
    return {
        "name": state.name,
        "outcome": state.outcome,
        "reason": problem.sentence if problem else observed.refused if observed else None,
        "seconds": _rounded(observed.finished - observed.started) if observed else 0.0,
        "waited": _rounded(observed.waited) if observed else 0.0,
        "shown": dict(observed.result.get("shown", {})) if observed else {},
    }


def _requirement(result: Result, finished: Finished) -> Document:
    requirement, run = result.requirement, finished.facts.run
    tests = [finished.tests[one.nodeid] for one in result.tests]
    return {
        "id": requirement.id,
        "area": requirement.area,
        "level": requirement.level,
        "basis": requirement.basis,
        "title": requirement.title,
        "source": requirement.source,
        "outcome": result.outcome.value,
        "reason": _reason(result),
        "expected_failure": result.expected_failure,
        "seconds": _rounded(result.seconds),
        "tests": [_test(ran) for ran in tests],
        "evidence": [_evidence(one, ran, run) for ran in tests for one in ran.evidence],
    }


def _reason(result: Result) -> Document | None:
    if result.reason is None:
        return None
    return asdict(result.reason) | {"unlock": list(result.reason.unlock)}


def _test(ran: Ran) -> Document:
    return {
        "nodeid": ran.nodeid,
        "name": ran.name,
        "claim": ran.claim,
        "outcome": ran.outcome.value,
        "seconds": _rounded(ran.seconds),
    }


def _evidence(evidence: Mapping[str, object], ran: Ran, run: RunFacts) -> Document:
    return {
        "test": ran.nodeid,
        "claim": ran.claim,
        **evidence,
        "seed": run.seed,
        "replay": replay_command(run, ran.name),
    }


def replay_command(run: RunFacts, name: str) -> str:
    """Return the one line that runs a test again, against the same target with the same seed."""
    seed = [] if run.seed is None else [f"--hypothesis-seed={run.seed}"]
    return shlex.join([*(run.replay or ("pytest",)), *seed, "--pyargs", name])


def _rounded(seconds: float) -> float:
    return round(seconds, 3)


def write(document: Document, directory: Path) -> Path:
    """Write the report into that directory, whole or not at all; return its path."""
    directory.mkdir(parents=True, exist_ok=True)
    path, partial = directory / FILE_NAME, directory / f"{FILE_NAME}.partial"
    partial.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    os.replace(partial, path)
    return path


def schema() -> Document:
    """Return the JSON Schema of a report."""
    text = resources.files("conformance.report").joinpath("report.schema.json").read_text("utf-8")
    loaded: Document = json.loads(text)
    return loaded
