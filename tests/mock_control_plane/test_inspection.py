"""What the inspection API offers beyond its typed client: export, and questions that go wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from mock_control_plane.entry import Entry

if TYPE_CHECKING:
    from mock_control_plane.client import ControlPlane, Realm


@pytest.fixture(name="realm")
def _realm(running_control_plane: ControlPlane) -> Realm:
    """A realm of its own for each test, which has heard of /0, /1 and /2."""
    realm = running_control_plane.create_realm()
    for number in range(3):
        httpx.get(f"{realm.url}/{number}")
    return realm


def exported(lines: list[str]) -> list[str]:
    """The paths of exported entries."""
    return [Entry.from_json(json.loads(line)).path for line in lines]


def test_export_is_a_line_for_each_entry(running_control_plane: ControlPlane, realm: Realm) -> None:
    """An export has every entry that is selected as a line of JSON, and then ends."""
    url = f"{running_control_plane.url}/_mock/realms/{realm.name}/export"
    answer = httpx.get(url)
    assert answer.headers["content-type"] == "application/jsonl"
    assert exported(answer.text.splitlines()) == ["/0", "/1", "/2"]
    assert exported(httpx.get(url, params={"path": "/1"}).text.splitlines()) == ["/1"]
    assert httpx.get(url, params={"path": "/9"}).text == ""


def test_followed_export_goes_on(running_control_plane: ControlPlane, realm: Realm) -> None:
    """Who follows gets what was there, and then each entry as it comes."""
    url = f"{running_control_plane.url}/_mock/realms/{realm.name}/export"
    with httpx.stream("GET", url, params={"follow": "true"}, timeout=30) as answer:
        lines = answer.iter_lines()
        assert exported([next(lines) for _ in range(3)]) == ["/0", "/1", "/2"]
        for number in (3, 4):
            httpx.get(f"{realm.url}/{number}")
            assert exported([next(lines)]) == [f"/{number}"]


def test_page_says_whether_there_is_more(running_control_plane: ControlPlane, realm: Realm) -> None:
    """A page that its limit ended says so, and the cursor leads on."""
    url = f"{running_control_plane.url}/_mock/realms/{realm.name}/entries"
    page = httpx.get(url, params={"limit": 2}).json()
    assert (len(page["entries"]), page["more"]) == (2, True)
    page = httpx.get(url, params={"limit": 2, "after": page["entries"][-1]["seq"]}).json()
    assert (len(page["entries"]), page["more"]) == (1, False)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "sentence"),
    [
        ("POST", "users", {"role": "king"}, 400, "'king' is not a role"),
        ("POST", "users", {"organizations": ["x"]}, 404, "no organization with the id 'x'"),
        ("POST", "users", {"nane": "x"}, 400, "no field 'nane'"),
        ("POST", "keys", {}, 400, "'user_id' is missing"),
        ("POST", "keys", {"user_id": "x"}, 404, "no user with the id 'x'"),
        ("DELETE", "keys/x", None, 404, "no key with the id 'x'"),
        ("POST", "service-tokens", {}, 400, "'name' is missing"),
        ("PATCH", "organizations/x", {}, 404, "no organization with the id 'x'"),
        ("GET", "count?after=x", None, 400, "after is 'x'"),
        ("GET", "wait?deadline=-1", None, 400, "deadline is '-1'"),
    ],
)
def test_question_that_goes_wrong_is_a_sentence(  # noqa: PLR0913 - a row of a table
    running_control_plane: ControlPlane,
    realm: Realm,
    method: str,
    path: str,
    body: object,
    status: int,
    sentence: str,
) -> None:
    """What cannot be done is said with a status and a sentence, as JSON."""
    url = f"{running_control_plane.url}/_mock/realms/{realm.name}/{path}"
    answer = httpx.request(method, url, json=body)
    assert answer.status_code == status
    assert sentence in answer.json()["error"]


def test_realm_of_a_taken_name_is_refused(
    running_control_plane: ControlPlane, realm: Realm
) -> None:
    """A second realm of one name is a bad request."""
    url = f"{running_control_plane.url}/_mock/realms"
    assert httpx.post(url, json={"name": realm.name}).status_code == 400
