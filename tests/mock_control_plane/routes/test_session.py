"""Login and `self/me`: with no body, an empty one or a token in it, for whoever is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mock_control_plane.api import new_caller, send

if TYPE_CHECKING:
    from mock_control_plane.app import World
    from tests.mock_control_plane.api import Caller

LOGIN, ME = "/api/apikey/login", "/api/self/me"


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"headers": {"content-type": "application/json"}},
        {"headers": {"content-type": "application/json"}, "content": b"  \n"},
        {"json": {}},
        {"json": {"token": "of-no-account"}},
        {"content": b"not json"},
    ],
    ids=["nothing", "only-a-type", "blank", "empty-object", "token-too", "garbage"],
)
def test_login_needs_no_body(world: World, caller: Caller, how: dict[str, object]) -> None:
    """The key in the header is enough, whatever else a client sends."""
    answer = send(world, "POST", LOGIN, token=caller.token, **how)  # type: ignore[arg-type]
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"


def test_login_accepts_the_key_in_the_body(world: World, caller: Caller) -> None:
    """Some clients send the key in the body only."""
    answer = send(world, "POST", LOGIN, json={"token": caller.token})
    assert len(answer.json()["org_info"]) == 1


def test_login_hands_out_the_organizations_urls(world: World, caller: Caller) -> None:
    """The answer has exactly the recorded fields, with the URLs of the organisation."""
    own = world.directory.update_organization(
        world.directory.organization.id,
        api_url="http://dp",
        proxy_url="http://dp/proxy",
        realtime_url="ws://dp",
    )
    assert caller.post(LOGIN).json() == {
        "org_info": [
            {
                "id": own.id,
                "name": own.name,
                "api_url": "http://dp",
                "git_metadata": {"collect": "none"},
                "is_universal_api": True,
                "proxy_url": "http://dp/proxy",
                "realtime_url": "ws://dp",
            }
        ]
    }


def test_login_lists_the_callers_organizations_only(world: World, stranger: Caller) -> None:
    """A user of two organisations gets both, in his order, and nobody gets a foreign one."""
    own = [*stranger.user.organizations, world.directory.create_organization("third").id]
    caller = new_caller(world, organizations=own)
    assert [each["id"] for each in caller.post(LOGIN).json()["org_info"]] == own
    assert [each["name"] for each in stranger.post(LOGIN).json()["org_info"]] == ["elsewhere"]


def test_login_of_a_user_without_organizations_is_empty(world: World) -> None:
    """The SDKs read this as 'not part of any organization'."""
    assert new_caller(world, organizations=[]).post(LOGIN).json() == {"org_info": []}


@pytest.mark.parametrize("token", ["sk-wrong", "lic_2026", None, "bt-st-wrong"])
def test_bad_key_is_refused_in_text(world: World, token: str | None) -> None:
    """Whoever is not known gets 401 in plain text with a request id."""
    answer = send(world, "POST", LOGIN, token=token)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/plain")
    assert "[request_id=iad1::" in answer.text
    assert ("JWT string does not consist of exactly 3 parts" in answer.text) == (token is not None)


def test_revoked_key_cannot_log_in(world: World, caller: Caller) -> None:
    """A key stops working at once."""
    (key,) = world.directory.keys
    world.directory.revoke_key(key)
    assert caller.post(LOGIN).status_code == 401


def test_unreadable_token_in_the_body_is_no_token(world: World) -> None:
    """A token that is not a string is as good as none."""
    assert send(world, "POST", LOGIN, json={"token": 5}).status_code == 401


def test_login_is_open_to_every_origin(world: World, caller: Caller) -> None:
    """The recorded CORS headers stand on the answer, and on the preflight before it."""
    answer = caller.post(LOGIN)
    preflight = send(
        world, "OPTIONS", LOGIN, headers={"access-control-request-headers": "authorization,x-bt"}
    )
    for each in (answer, preflight):
        assert each.headers["access-control-allow-origin"] == "*"
        assert each.headers["access-control-allow-credentials"] == "true"
        assert "POST" in each.headers["access-control-allow-methods"]
        assert "X-CSRF-Token" in each.headers["access-control-allow-headers"]
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-headers"].endswith("authorization,x-bt")


def test_me_is_the_user_of_the_key(world: World, caller: Caller) -> None:
    """`self/me` names the user and his organisations, for GET as for POST."""
    organization = world.directory.organization
    expected = {
        "id": caller.user.id,
        "email": caller.user.email,
        "given_name": None,
        "family_name": None,
        "organizations": [{"id": organization.id, "name": organization.name}],
    }
    assert caller.post(ME).json() == expected
    assert caller.get(ME).json() == expected


def test_owner_acts_as_the_impersonated_user(world: World, caller: Caller) -> None:
    """With the header an owner is the other user, by id and by e-mail address, everywhere."""
    owner = new_caller(world, owner=True)
    for who in (caller.user.id, str(caller.user.email)):
        answer = owner.post(ME, {}, x_bt_impersonate_user=who)
        assert answer.json()["id"] == caller.user.id
    made = owner.post(
        "/api/project/register", {"project_name": "p"}, x_bt_impersonate_user=caller.user.id
    )
    assert made.json()["project"]["user_id"] == caller.user.id
    assert owner.post(ME, {}, x_bt_impersonate_user="").json()["id"] == owner.user.id


@pytest.mark.parametrize("path", [ME, LOGIN, "/api/project/get"])
def test_member_may_not_impersonate(world: World, caller: Caller, path: str) -> None:
    """Without the explicit grant the header is refused with 403 in text, on every call."""
    other = new_caller(world)
    answer = caller.post(path, {}, x_bt_impersonate_user=other.user.id)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/plain")
    assert "not permitted to impersonate" in answer.text


def test_service_token_logs_in_to_its_organization(world: World) -> None:
    """A service token has an account in its organisation."""
    token = world.directory.create_service_token("retention").secret
    organizations = send(world, "POST", LOGIN, token=token).json()["org_info"]
    assert [each["id"] for each in organizations] == [world.directory.organization.id]
    assert send(world, "GET", ME, token=token).json()["given_name"] == "retention"
