"""Organisations, users, keys and service tokens, as far as the caller may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.mock_control_plane.api import new_caller, send

if TYPE_CHECKING:
    from mock_control_plane.app import World
    from tests.mock_control_plane.api import Caller


def test_own_organizations_are_listed(world: World, caller: Caller, stranger: Caller) -> None:
    """An organisation is seen by those who belong to it, by id and by name."""
    own, (foreign,) = world.directory.organization, stranger.user.organizations
    assert caller.ids("organization") == [own.id]
    assert caller.ids("organization", org_name=own.name) == [own.id]
    assert caller.ids("organization", id=[foreign]) == []
    assert caller.get("/api/organization", id=own.id).json()["name"] == own.name
    answer = caller.get("/api/organization", id=foreign)
    assert f"Missing read access to organization id {foreign}" in answer.text


def test_urls_of_an_organization_can_be_patched(world: World, caller: Caller) -> None:
    """What is patched is what the next login hands out."""
    fields = {"id": world.directory.organization.id, "api_url": "http://dp", "proxy_url": None}
    assert caller.post("/api/organization/patch_id", fields).json()["api_url"] == "http://dp"
    (login,) = caller.post("/api/apikey/login").json()["org_info"]
    assert login["api_url"] == "http://dp"
    assert login["proxy_url"] is not None


def test_colleagues_are_listed(world: World, caller: Caller, stranger: Caller) -> None:
    """A user sees those who share an organisation with him, the newest first."""
    colleague = new_caller(world).user
    assert caller.ids("user") == [colleague.id, caller.user.id]
    assert caller.ids("user", limit=1) == [colleague.id]
    assert caller.ids("user", starting_after=colleague.id) == [caller.user.id]
    assert caller.ids("user", email=colleague.email) == [colleague.id]
    assert caller.ids("user", email=[caller.user.email, "x@y.example"]) == [caller.user.id]
    assert caller.get("/api/user", id=colleague.id).json()["email"] == colleague.email
    for id in (stranger.user.id, str(uuid4())):
        assert f"Missing read access to user id {id}" in caller.get("/api/user", id=id).text


def test_key_lives_until_it_is_deleted(caller: Caller) -> None:
    """A key is shown once, works, is listed by a preview and stops working when it is deleted."""
    row = caller.row("api_key", api_key_name="ci")
    key = str(row["key"])
    assert send(caller.world, "POST", "/api/self/me", token=key).json()["id"] == caller.user.id
    (listed,) = caller.post("/api/api_key/get", {"api_key_name": "ci"}).json()
    assert listed == {name: value for name, value in row.items() if name != "key"}
    assert key not in str(listed)
    caller.post("/api/api_key/delete_id", {"id": row["id"]})
    assert send(caller.world, "POST", "/api/self/me", token=key).status_code == 401


def test_keys_of_others_are_not_seen(world: World, caller: Caller) -> None:
    """Nobody lists or deletes another user's key."""
    other = new_caller(world)
    (id,) = other.ids("api_key")
    assert id not in caller.ids("api_key")
    answer = caller.post("/api/api_key/delete_id", {"id": id})
    assert f"Missing delete access to api_key id {id}" in answer.text


def test_service_token_lives_until_it_is_deleted(caller: Caller, stranger: Caller) -> None:
    """A service token belongs to the organisation; strangers neither see nor delete it."""
    row = caller.row("service_token", service_token_name="retention")
    token = str(row["key"])
    me = send(caller.world, "GET", "/api/self/me", token=token).json()
    assert me["id"] == row["service_account_id"]
    assert caller.ids("service_token", name="retention") == [row["id"]]
    assert stranger.ids("service_token") == []
    refused = stranger.post("/api/service_token/delete_id", {"id": row["id"]})
    assert f"Missing delete access to service_token id {row['id']}" in refused.text
    caller.post("/api/service_token/delete_id", {"id": row["id"]})
    assert send(caller.world, "GET", "/api/self/me", token=token).status_code == 401


@pytest.mark.parametrize("kind", ["api_key", "service_token"])
def test_credential_needs_a_name(caller: Caller, kind: str) -> None:
    """A key without a name cannot be told from others."""
    answer = caller.post(f"/api/{kind}/register", {})
    assert answer.status_code == 400
    assert '"name"' in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/api/api_key/register",
        "/api/api_key/delete_id",
        "/api/service_token/register",
        "/api/service_token/delete_id",
        "/api/organization/patch_id",
    ],
)
def test_service_token_makes_no_credentials(world: World, path: str) -> None:
    """A token that may only read changes nothing here either."""
    token = world.directory.create_service_token("retention").secret
    assert send(world, "POST", path, token=token, json={"name": "x"}).status_code == 403
