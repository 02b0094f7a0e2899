"""Whoever calls is found out first; a body that is no JSON object is refused, never a crash."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_control_plane.app import create_app
from mock_control_plane.decoding import MAX_DEPTH
from mock_control_plane.routes.call import parsed
from mock_control_plane.routes.refusal import Refusal
from tests.mock_control_plane.api import new_caller, new_world, send

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    import httpx

    from mock_control_plane.app import World
    from tests.mock_control_plane.api import Caller

PATH = "/api/project/get"


def post(caller: Caller, content: bytes, path: str = PATH) -> httpx.Response:
    """Post these bytes."""
    return send(caller.world, "POST", path, token=caller.token, content=content)


def nested(depth: int) -> bytes:
    """A body of so many levels."""
    return b'{"metadata":' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


@pytest.mark.parametrize("content", [b"", b" \n", b"{}", b"null", b"\xef\xbb\xbf{}"])
def test_empty_body_says_nothing(caller: Caller, content: bytes) -> None:
    """No body, a blank one, an empty object and null are the same."""
    assert post(caller, content).json() == []


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe\xfd", "is not JSON"),
        (b'{"limit": NaN}', "is not JSON"),
        (b'{"limit": -Infinity}', "is not JSON"),
        (b'{"limit": 1e999}', "is not JSON"),
        (b'{"limit": ' + b"9" * 5000 + b"}", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"[]", "Expected object, received array"),
        (b'"text"', "Expected object, received string"),
        (b"5", "Expected object, received number"),
        (b"true", "Expected object, received boolean"),
        (nested(MAX_DEPTH + 1), "nested deeper than"),
        (b'{"name": "\\ud800"}', "half of a surrogate pair"),
        (b'{"name": "\xed\xa0\x80"}', "half of a surrogate pair"),
    ],
    ids=lambda value: ascii(value)[:20] if isinstance(value, bytes) else None,
)
def test_body_that_is_no_json_object_is_refused(caller: Caller, content: bytes, what: str) -> None:
    """What is wrong with a body is said in a 400 in text."""
    answer = post(caller, content)
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert what in answer.text


@pytest.mark.parametrize("content", [nested(MAX_DEPTH), b'{"name": "\\ud83e\\uddea"}'])
def test_unusual_body_is_accepted(content: bytes) -> None:
    """The deepest body that is allowed, and a whole surrogate pair, are read."""
    assert parsed(content)


def test_deepest_body_can_be_read_back(caller: Caller) -> None:
    """What was accepted can be answered."""
    metadata = json.loads(nested(MAX_DEPTH - 1))
    row = caller.row("dataset", project_name="p", dataset_name="d", metadata=metadata)
    assert row["metadata"] == metadata


@given(st.binary(max_size=60))
def test_no_bytes_break_the_parser(content: bytes) -> None:
    """Any bytes are a JSON object or a refusal."""
    with suppress(Refusal):
        assert isinstance(parsed(content), dict)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
FIELDS = (
    *("id", "ids", "object_ids", "name", "project_name", "project_id", "org_id", "org_name"),
    *("limit", "starting_after", "update", "experiment_name", "base_experiment", "metadata"),
    *("config", "tags", "slug", "object_type", "object_id", "ancestor_commits", "repo_info"),
    *("user_id", "role_id", "email", "mode", "types", "model", "public", "settings"),
)
PATHS = (
    *("/api/self/me", "/api/self/get_object_info", "/api/base_experiment/get_id", "/api/secret"),
    *(
        f"/api/{kind}/{action}"
        for kind in ("project", "experiment", "prompt", "project_automation", "acl", "ai_secret")
        for action in ("register", "get", "patch_id", "delete_id")
    ),
    *("/api/organization/get", "/api/user/get", "/api/api_key/register", "/api/api_key/get"),
)


@given(st.sampled_from(PATHS), st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=4))
def test_no_fields_break_an_action(path: str, fields: dict[str, object]) -> None:
    """Whatever the fields are, the answer is a success in JSON or a refusal in text."""
    answer = new_caller(new_world()).post(path, fields)
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        answer.json()


def test_credentials_come_before_the_body(world: World) -> None:
    """Somebody unknown is told that, and not what is wrong with his body."""
    assert send(world, "POST", PATH, token="sk-wrong", content=b"{").status_code == 401


def test_body_and_query_are_read_together(caller: Caller) -> None:
    """A field may stand in the query; the body wins."""
    row = caller.row("project", project_name="p")
    caller.row("project", project_name="q")
    path = f"{PATH}?project_name=q&limit=1"
    answer = post(caller, b'{"project_name": "p"}', path)
    assert answer.json() == [row]


def test_refusal_says_whose_request_it_was_and_when(caller: Caller) -> None:
    """Behind the text stand the user, his organisation, the time and an id of the request."""
    answer = post(caller, b"{")
    organization = caller.world.directory.organization.name
    assert f" [user_email={caller.user.email}] [user_org={organization}] [timestamp=" in answer.text
    assert answer.text.endswith(f"[request_id={answer.headers['x-vercel-id']}]")


def test_client_that_leaves_gets_no_answer(world: World) -> None:
    """A request that breaks off is not answered, and nothing is raised."""
    sent: list[object] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.disconnect"}

    async def keep(message: MutableMapping[str, object]) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": PATH, "headers": [], "query_string": b""}

    async def call() -> None:
        await create_app(world)(scope, receive, keep)

    asyncio.run(call())
    assert sent == []
