"""The real Python SDK, whose application URL is the data plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from conformance import expect
from conformance.marks import observes, requirement
from conformance.suites.urls import sdk_session
from conformance.suites.urls.observations import SDK

if TYPE_CHECKING:
    from conformance.observing import JsonObject, Results

FILLED = "Say ja."
"""What the prompt of every specimen says, filled in as the SDK's session does."""


@requirement("URL-01")
@observes(SDK)
def test_sdk_reaches_nothing_but_the_deployment(observed: Results) -> None:
    """Whatever the SDK is told by the data plane, it is led nowhere else."""
    for told in _sessions(observed):
        login = told["flows"].get("log_in", {})
        expect.that(
            not told["refused"],
            expected=f"the SDK {told['version']} reaches the deployment and no other host",
            came=f"{'; '.join(told['refused'][:5])} (the login sent it to {login.get('api_url')})",
        )


@requirement("URL-01")
@observes(SDK)
@pytest.mark.parametrize("flow", [flow.__name__ for flow in sdk_session.FLOWS])
def test_flow_of_the_sdk_works(observed: Results, flow: str) -> None:
    """Each flow that needs no model provider ends without an error."""
    for told in _sessions(observed):
        expect.that(
            flow in told["flows"],
            expected=f"{flow.replace('_', ' ')} works with the SDK {told['version']}",
            came=told["failed"].get(flow, "it was not done"),
        )


@requirement("URL-01")
@observes(SDK)
def test_what_the_sdk_wrote_is_there(observed: Results) -> None:
    """Spans, feedback and records are read back through the API as the SDK wrote them."""
    for told in _sessions(observed):
        _expect_written(told)


def _expect_written(told: JsonObject) -> None:
    spans, read = _flow(told, "log_spans"), told["read"]
    root = read["spans"].get(spans["root"], {})
    child = read["spans"].get(spans["child"], {})
    _expect({name: root.get(name) for name in sdk_session.ROOT}, sdk_session.ROOT, "a root span")
    _expect({name: child.get(name) for name in sdk_session.CHILD}, sdk_session.CHILD, "a span")
    scores = root.get("scores") or {}
    _expect(
        {name: scores.get(name) for name in sdk_session.HELPFUL},
        sdk_session.HELPFUL,
        "the score of feedback on a span",
    )
    records = {name: row.get("expected") for name, row in read.get("records", {}).items()}
    _expect(records, sdk_session.KEPT, "a dataset after a change and a deletion")


@requirement("URL-01")
@observes(SDK)
def test_what_the_sdk_reads_is_what_it_wrote(observed: Results) -> None:
    """Rows, records and averages of scores come back through the SDK itself."""
    for told in _sessions(observed):
        _expect_read(told)


def _expect_read(told: JsonObject) -> None:
    experiment = _flow(told, "run_experiment")
    outputs = sdk_session.OUTPUTS
    _expect(experiment["rows"], outputs, "the outputs of an experiment that was opened again")
    _expect(experiment["scores"], sdk_session.AVERAGE, "the average of an experiment's scores")
    _expect(_flow(told, "keep_dataset")["records"], sdk_session.KEPT, "a dataset, read again")
    _expect(_flow(told, "evaluate")["cases"], len(sdk_session.CASES), "the cases of an evaluation")
    _expect(
        _flow(told, "use_prompt"),
        {"id": told["prompt"], "contents": [FILLED]},
        "a prompt, loaded by its slug and filled in",
    )


@requirement("URL-01")
@observes(SDK)
def test_evaluation_is_summarized(observed: Results) -> None:
    """The experiment that an evaluation made has the average of its scores."""
    for told in _sessions(observed):
        _expect_average(told)


def _expect_average(told: JsonObject) -> None:
    _flow(told, "evaluate")
    scores = told["read"]["evaluation"].get("scores")
    score = scores.get(sdk_session.SCORE) if isinstance(scores, dict) else None
    average = score.get("score") if isinstance(score, dict) else None
    rounded = round(average, 6) if isinstance(average, int | float) else average
    _expect(rounded, round(2 / 3, 6), "the average of an evaluation's scores")


def _sessions(observed: Results) -> list[JsonObject]:
    """What each SDK told of its session."""
    return [one.result for one in observed.matching(SDK)]


def _flow(told: JsonObject, name: str) -> dict[str, Any]:
    if name not in told["flows"]:
        expect.inconclusive(f"{name.replace('_', ' ')} did not work, so nothing can be read of it")
    flow: dict[str, Any] = told["flows"][name]
    return flow


def _expect(came: object, wanted: object, what: str) -> None:
    expect.that(
        came == wanted,
        expected=f"{what}, as the SDK wrote it: {expect.shown(wanted)}",
        came=expect.shown(came),
    )
