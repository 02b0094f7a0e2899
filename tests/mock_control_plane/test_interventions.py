"""What a test asks a control plane to do is checked before it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from mock_control_plane.client import Answer

if TYPE_CHECKING:
    from mock_control_plane.client import ControlPlane, Realm

GOOD = Answer().to_json()


@pytest.fixture(name="realm", scope="module")
def _realm(running_control_plane: ControlPlane) -> Realm:
    """A realm for all of these tests: what they ask for is refused."""
    return running_control_plane.create_realm()


@pytest.fixture(name="asked", scope="module")
def _asked(running_control_plane: ControlPlane, realm: Realm) -> str:
    """Where the realm is intervened in."""
    return f"{running_control_plane.url}/_mock/realms/{realm.name}"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ([], "the body is not a JSON object"),
        ({"path": "/x"}, "lacks its path or its answer"),
        ({"path": "/x", "answer": GOOD, "often": 1}, "often is 1; expected some of path, method"),
        ({"path": 1, "answer": GOOD}, "path is 1"),
        ({"path": "/x", "times": True, "answer": GOOD}, "times is True"),
        ({"path": "/x", "answer": {**GOOD, "status": "200"}}, "status is '200'; expected a"),
        ({"path": "/x", "answer": {**GOOD, "never": 1}}, "never is 1; expected true or false"),
        ({"path": "/x", "answer": {**GOOD, "delay": True}}, "delay is True; expected a"),
        ({"path": "/x", "answer": {**GOOD, "body": "?"}}, "base64"),
        ({"path": "/x", "answer": {**GOOD, "headers": [["a", 1]]}}, "headers"),
        ({"path": "/x", "answer": {**GOOD, "headers": [["a"]]}}, "headers"),
        ({"path": "/x", "answer": {"status": 200}}, "of one version"),
        ({"path": "/x", "answer": {**GOOD, "loud": True}}, "of one version"),
        ({"path": "/x", "answer": {**GOOD, "status": 99}}, "the status is 99"),
    ],
)
def test_unusable_script_is_a_sentence(asked: str, sent: object, sentence: str) -> None:
    """A script that cannot be understood is refused with a sentence, and nothing is scripted."""
    answer = httpx.post(f"{asked}/scripts", json=sent)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]


@pytest.mark.parametrize(
    ("asking", "sent", "status", "sentence"),
    [
        ("DELETE /scripts/nope", None, 404, "there is no script 'nope'"),
        ("POST /provisioned", {"organization_id": "nope"}, 404, "no organization with the id"),
        ("POST /provisioned", {"name": "x"}, 400, "there is no field 'name'"),
        ("GET /provisioned?organization_id=nope", None, 404, "no organization with the id"),
        ("PUT /objects/nope", {}, 404, "no kind 'nope' of objects"),
        ("PUT /objects/project", [], 400, "the body is not a JSON object"),
        ("PUT /objects/experiment", {"project_id": "x"}, 404, "there is no project 'x'"),
        ("PATCH /objects/project/x", {}, 404, "there is no project 'x'"),
        ("GET /objects/project?where=[]", None, 400, "`where` is not a JSON object"),
        ("GET /objects/project?where=?", None, 400, "`where` is not a JSON object"),
        ("POST /policies/x", {"object_type": "dataset", "retention_days": 1}, 404, "project"),
        ("POST /policies/x", {}, 400, "no retention of None"),
        ("DELETE /policies/x/dataset", None, 404, "has no policy for 'dataset'"),
        ("DELETE /service-tokens/x", None, 404, "no service token with the id 'x'"),
        ("POST /service-tokens", {"name": "x", "rights": ["y"]}, 400, "there is no right 'y'"),
        ("POST /service-tokens", {"name": "x", "rights": "y"}, 400, "rights"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    asked: str, asking: str, sent: object, status: int, sentence: str
) -> None:
    """Whatever cannot be done is refused with a sentence."""
    method, path = asking.split(" ")
    answer = httpx.request(method, f"{asked}{path}", json=sent)
    assert (answer.status_code, sentence in answer.json()["error"]) == (status, True), answer.text


def test_nothing_of_it_is_journalled(realm: Realm) -> None:
    """Interventions are no requests of a data plane."""
    assert realm.count() == 0
    assert realm.outbound() == []
