"""Tokens come in for one's own organisation, and nobody gets one out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reference.retention.material import home as new_home

if TYPE_CHECKING:
    from tests.reference.retention.material import Home
    from tests.reference.rig import Houses

UPSERT = "/service-token/upsert"


def test_status_tells_whether_and_never_which(home: Home) -> None:
    """HEAD and GET know that there is a token, and not what it is."""
    assert home.client.get("/service-token/data-plane").status_code == 404
    token = home.provision()
    there = home.client.get("/service-token/data-plane")
    assert there.json() == {"name": "data-plane", "exists": True}
    assert token.secret not in there.text
    assert home.client.head("/service-token/data-plane").status_code == 200
    assert home.client.head("/service-token/another").status_code == 404


def test_tokens_of_others_are_not_there(houses: Houses, keeping: str, home: Home) -> None:
    """A member of another organisation neither sees a token nor stores one for it."""
    home.provision()
    other = new_home(houses, keeping)
    assert other.client.get("/service-token/data-plane").status_code == 404
    name = houses.control_plane.directory.organization.name
    wish = {"name": "data-plane", "token": "bt-st-x", "org_name": name}
    assert other.client.post(UPSERT, json=wish).status_code == 403


@pytest.mark.parametrize(
    "wish",
    [
        {"name": "data-plane"},
        {"token": "bt-st-x"},
        {"name": "data-plane", "token": "two words"},
        {"name": "data-plane", "token": ""},
        {"name": 1, "token": "bt-st-x"},
    ],
)
def test_token_that_no_header_can_carry_is_refused(home: Home, wish: dict[str, object]) -> None:
    """What is no token is not stored."""
    assert home.client.post(UPSERT, json=wish).status_code == 400
    assert home.client.get("/service-token/data-plane").status_code == 404


def test_without_a_key_nothing_is_stored(houses: Houses) -> None:
    """A deployment that cannot encrypt a token says so instead of keeping it."""
    bare = new_home(houses, houses.data_plane(lambda reference: reference))
    refusal = bare.client.post(UPSERT, json={"name": "data-plane", "token": "bt-st-x"})
    assert refusal.status_code == 400
    assert "SERVICE_TOKEN_SECRET_KEY" in refusal.text
