"""`report.json` is what its schema says, whatever happened in the run."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance import __version__
from conformance.observing import Observed
from conformance.observing.state import Kind, Phase, Problem, State
from conformance.report import document
from conformance.report.facts import Facts, RunFacts, Target
from tests.conformance.material import (
    BROKEN,
    FACTS,
    FAILED,
    INCONCLUSIVE,
    JUDGED,
    PASSED,
    WITHOUT_TWO,
    all_passing,
    report_of,
)

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.report.evidence import Finding

SCHEMA = document.schema()
findings = st.dictionaries(
    st.sampled_from(JUDGED), st.sampled_from([PASSED, FAILED, INCONCLUSIVE, BROKEN])
)


def objects_of(schema: object) -> list[dict[str, Any]]:
    """Every part of a schema that describes an object."""
    if isinstance(schema, list):
        return [one for part in schema for one in objects_of(part)]
    if not isinstance(schema, dict):
        return []
    own = [schema] if schema.get("type") == "object" else []
    return own + [one for part in schema.values() for one in objects_of(part)]


def test_schema_is_a_schema() -> None:
    """The schema is right by JSON Schema 2020-12, and says what each object may hold."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    for one in objects_of(SCHEMA):
        assert "additionalProperties" in one
        assert set(one.get("required", ())) == set(one.get("properties", ()))


@settings(deadline=None)
@given(findings, st.none() | st.text(), st.booleans())
def test_report_follows_its_schema(
    ran: dict[str, Finding], problem: str | None, mocked: bool
) -> None:
    """Whatever the tests came to, finished or cut short, the report follows the schema."""
    scope = {} if mocked else {"scope": WITHOUT_TWO}
    report = report_of(ran, problem=problem, **scope)  # type: ignore[arg-type]
    jsonschema.validate(report, SCHEMA)
    assert json.loads(json.dumps(report)) == report


def test_observations_are_in_the_report() -> None:
    """What was watched, what came of it and what was measured is there, with the longest wait."""
    figures = {"count": 7, "uncertainty": 0.01}
    deployment = FACTS.deployments[0]
    states = (
        State("a", Phase.OVER, observed=Observed("a", "one", {"shown": figures}, None, deployment)),
        State("b", Phase.OVER, observed=Observed("b", "one", {}, "no such kind", None, 1, 3, 1.5)),
        State("c", Phase.OVER, problem=Problem(Kind.ABSENT, "Start it.", unlock="--x")),
        State("d", Phase.RUNNING),
    )
    facts = replace(FACTS, observations=states, longest_wait=1.5)
    report = report_of(all_passing(), facts=facts)
    jsonschema.validate(report, SCHEMA)
    assert report["timing"]["longest_wait"] == 1.5
    told = {one["name"]: one for one in report["observations"]}
    assert [one["outcome"] for one in told.values()] == [
        "observed",
        "refused",
        "absent",
        "unfinished",
    ]
    assert told["a"]["shown"] == figures
    assert (told["b"]["reason"], told["b"]["seconds"], told["b"]["waited"]) == (
        "no such kind",
        2.0,
        1.5,
    )
    assert told["c"]["reason"] == "Start it."


def test_egress_is_in_the_report() -> None:
    """What an observation saw of connections stands beside its name."""
    row = {"host": "x", "port": 2, "class": "other", "outcome": "refused", "count": 9}
    seen = {"observer": "a proxy", "blind": "look-ups", "destinations": [row]}
    states = (
        State("a", Phase.OVER, observed=Observed("a", "one", {"egress": [seen]})),
        State("b", Phase.OVER, observed=Observed("b", "one", {}, "no such kind")),
    )
    report = report_of(all_passing(), facts=replace(FACTS, observations=states))
    jsonschema.validate(report, SCHEMA)
    assert report["egress"] == [{"observation": "a", **seen}]


def test_report_of_a_run_that_never_began() -> None:
    """A run that reached nothing still has a report, with the problem and no deployment."""
    facts = Facts(RunFacts("run-1", "pytest"), Target("command"))
    report = report_of({}, problem="the command cannot be executed", facts=facts)
    jsonschema.validate(report, SCHEMA)
    assert report["verdict"] == "incomplete"
    assert report["problem"] == "the command cannot be executed"
    assert report["implementation"] == {"name": None, "version": None, "url": None}
    assert report["deployments"] == []


def test_report_says_who_judged_whom() -> None:
    """Suite, data plane, target, run and times are there."""
    report = report_of(all_passing())
    assert report["suite"] == {
        "name": document.SUITE,
        "version": __version__,
        "catalogue": "2000.1",
    }
    assert report["implementation"]["name"] == "acme-plane"
    assert report["target"] == {
        "kind": "url",
        "settings": {"ORG_NAME": "acme"},
        "wire_profile": "braintrust",
        "assumed": ["status"],
    }
    assert report["run"] == {"id": "run-1", "command": FACTS.run.command, "seed": 7}
    assert report["started_at"] == "2030-01-02T03:04:05.678+00:00"
    assert report["finished_at"] == "2030-01-02T03:04:18.178+00:00"
    assert report["seconds"] == 12.5
    assert report["timing"] == {"wall": 12.5, "longest_wait": 0.0, "work": 0.75}


def test_report_counts() -> None:
    """Counts of the whole and of each area are there, and how much was in scope."""
    report = report_of({"ONE-01": FAILED, "ONE-02": PASSED}, scope=WITHOUT_TWO)
    assert report["counts"] == {
        "passed": 1,
        "failed": 1,
        "inconclusive": 0,
        "skipped": 1,
        "error": 0,
    }
    assert report["areas"]["one"]["verdict"] == "not conformant"
    assert report["areas"]["two"]["counts"]["skipped"] == 1
    assert (report["scope"]["must"], report["scope"]["of"]) == (1, 2)
    assert report["scope"]["unlocks"][0]["requirements"] == ["TWO-01"]


def test_failure_comes_with_everything() -> None:
    """A failed requirement has its sentence, its tests, and evidence that can be replayed."""
    report = report_of({**all_passing(), "ONE-01": FAILED}, known={"ONE-01": "since May"})
    failed = report["requirements"][0]
    assert failed["title"] == "The first thing is done"
    assert failed["reason"]["code"] == "violation"
    assert failed["expected_failure"] == "since May"
    assert failed["tests"][0]["nodeid"] == "t.py::ONE-01"
    (evidence,) = failed["evidence"]
    assert evidence["claim"] == "The user is named, not the key."
    assert evidence["seed"] == 7
    assert evidence["output"] == ["it started"]
    assert evidence["replay"] == (
        "pytest -q --hypothesis-seed=7 --pyargs conformance.suites.one-01::test_it"
    )
    assert report["expected_failures"] == {"known": ["ONE-01"], "stale": []}


def test_replay_is_one_quoted_line() -> None:
    """The command that runs a test again can be pasted, whatever the parameters are."""
    run = RunFacts("r", "c", None, ("pytest", "--dataplane-cmd", "run it"))
    command = document.replay_command(run, "conformance.suites.x::test_y[a b]")
    assert command == (
        "pytest --dataplane-cmd 'run it' --pyargs 'conformance.suites.x::test_y[a b]'"
    )


def test_report_is_written_whole(tmp_path: Path) -> None:
    """The folder is made, the file holds the document, and nothing else is left behind."""
    report = report_of(all_passing())
    path = document.write(report, tmp_path / "deep" / "er")
    assert json.loads(path.read_text()) == report
    assert [file.name for file in path.parent.iterdir()] == ["report.json"]


def test_report_replaces_the_one_before(tmp_path: Path) -> None:
    """A second run replaces the report of the first."""
    document.write(report_of({}), tmp_path)
    path = document.write(report_of(all_passing()), tmp_path)
    assert json.loads(path.read_text())["verdict"] == "conformant"


@pytest.mark.parametrize("text", ["\ud800", "\x1b[31m", "é\U0001f600"])
def test_any_text_can_be_written(tmp_path: Path, text: str) -> None:
    """Whatever a data plane answered, half a surrogate pair too, the report can be written."""
    report = report_of(all_passing(), problem=text)
    path = document.write(report, tmp_path)
    assert json.loads(path.read_text())["problem"] == text
