"""A service token is refused whatever is not reading of projects and of what lies in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from mock_control_plane.routes import ROUTES
from tests.mock_control_plane.api import Caller, send

if TYPE_CHECKING:
    from mock_control_plane.app import World

ACTIONS = ("register", "get", "patch_id", "delete_id")


@pytest.fixture(name="token")
def _token(world: World) -> str:
    """A token that may read projects."""
    return world.directory.create_service_token("retention").secret


@pytest.mark.parametrize("kind", ["project", "experiment", "dataset", "project_automation"])
def test_reading_is_allowed(world: World, token: str, kind: str) -> None:
    """What lies in projects is listed and shown."""
    assert send(world, "POST", f"/api/{kind}/get", token=token).status_code == 200
    shown = send(world, "GET", f"/api/{kind}", token=token, params={"name": "nope"})
    assert "403" not in str(shown.status_code)


@pytest.mark.parametrize("kind", ["ai_secret", "role", "group", "env_var", "acl", "environment"])
def test_what_lies_elsewhere_is_refused(world: World, token: str, kind: str) -> None:
    """What belongs to the organisation as a whole is not shown."""
    for method, path in (("POST", f"/api/{kind}/get"), ("GET", f"/api/{kind}")):
        assert send(world, method, path, token=token).status_code == 403


def test_every_other_route_is_refused(world: World, caller: Caller, token: str) -> None:
    """Of all routes, only who somebody is and reading are open to a token."""
    row = caller.row("project", project_name="p")
    open_to_it = set()
    for route in ROUTES:
        path = route.path.replace("{kind}", "project")  # type: ignore[attr-defined]
        if "OPTIONS" in (route.methods or ()):  # type: ignore[attr-defined]
            continue
        method = "POST" if "POST" in route.methods else "GET"  # type: ignore[attr-defined]
        answer = send(world, method, path, token=token, json={"id": row["id"]})
        if answer.status_code != 403:
            open_to_it.add(path)
    assert open_to_it == {
        "/api/apikey/login",
        "/api/base_experiment/get_id",
        "/api/project",
        "/api/project/get",
        "/api/self/get_object_info",
        "/api/self/me",
    }
    assert caller.ids("project") == [row["id"]]


def test_names_of_what_is_not_readable_are_refused(world: World, token: str) -> None:
    """Names are told of what may be read, and of nothing else."""
    organization = world.directory.organization
    for kind, status in (("organization", 403), ("role", 403), ("nope", 403), ("project", 200)):
        fields = {"object_type": kind, "object_ids": [organization.id]}
        answer = send(world, "POST", "/api/self/get_object_info", token=token, json=fields)
        assert answer.status_code == status


def test_token_reads_its_own_organization_only(
    world: World, caller: Caller, stranger: Caller, token: str
) -> None:
    """Projects of another organisation do not exist for a token."""
    caller.row("project", project_name="p")
    theirs = stranger.row("project", project_name="q")
    found = send(world, "POST", "/api/project/get", token=token).json()
    assert [row["name"] for row in found] == ["p"]
    asked = send(world, "POST", "/api/project/get", token=token, json={"id": theirs["id"]})
    assert asked.json() == []


def test_token_acts_for_nobody(world: World, caller: Caller, token: str) -> None:
    """A token cannot impersonate anybody."""
    headers = {"x-bt-impersonate-user": caller.user.id}
    assert send(world, "POST", "/api/self/me", token=token, headers=headers).status_code == 403


def test_token_without_rights_knows_who_it_is(world: World) -> None:
    """Without a right a token can log in, and read nothing."""
    token = world.directory.create_service_token("nothing", rights=()).secret
    paths = ("/api/apikey/login", "/api/self/me", "/api/project/get", "/api/experiment/get")
    statuses = [send(world, "POST", path, token=token).status_code for path in paths]
    assert statuses == [200, 200, 403, 403]
