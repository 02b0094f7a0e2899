"""How results and problems look."""

from __future__ import annotations

import json

import pytest

from conformance.reference import problems
from conformance.reference.answers import Answers
from tests.reference.material import trail

ANSWERS = Answers()


def test_json_is_compact_utf8() -> None:
    """Text is written as it is, only what UTF-8 cannot hold is escaped."""
    assert ANSWERS.json({"a": "é\ud800"}).body == b'{"a":"\xc3\xa9\\ud800"}'


@pytest.mark.parametrize("kind", ["project", "prompt", "function"])
def test_missing_object_that_the_control_plane_checks_is_400(kind: str) -> None:
    """The answer is text, with who asked."""
    answer = ANSWERS.problem(problems.Missing(kind, "1"), trail(), "trace")
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert b"[user_email=ada@example.com] [user_org=acme]" in answer.body


@pytest.mark.parametrize("kind", ["experiment", "dataset"])
def test_missing_object_that_the_data_plane_checks_is_403(kind: str) -> None:
    """The answer is JSON, with the trace id and the path."""
    answer = ANSWERS.problem(problems.Missing(kind, "1"), trail(), "trace")
    body = json.loads(bytes(answer.body))
    assert (answer.status_code, body["Code"]) == (403, "ForbiddenError")
    assert (body["InternalTraceId"], body["Path"]) == ("trace", trail().path)


def test_relayed_refusal_is_passed_on_as_it_is() -> None:
    """Status, text and the time to wait are the control plane's."""
    problem = problems.Relayed(429, "slow down", headers=(("retry-after", "7"),))
    answer = ANSWERS.problem(problem, trail(), "trace")
    assert (answer.status_code, answer.body) == (429, b"slow down")
    assert answer.headers["retry-after"] == "7"


def test_stranger_is_told_nothing_about_anybody() -> None:
    """Where nobody was verified the sentence stands alone."""
    answer = ANSWERS.problem(problems.Unauthenticated("who?"), trail(caller=None), "trace")
    assert (answer.status_code, answer.body) == (401, b"who?")
