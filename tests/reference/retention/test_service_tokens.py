"""A token can be stored and asked for by members of its organisation, and is never told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reference.retention.material import KEY, standing

if TYPE_CHECKING:
    from tests.reference.retention.material import Home
    from tests.reference.rig import Houses

UPSERT = "/service-token/upsert"


def test_status_tells_whether_there_is_a_token(home: Home) -> None:
    """GET and HEAD answer 200 where there is one and 404 where there is none, and no token."""
    token = home.provision("here")
    there = home.client.get("/service-token/here")
    assert (there.status_code, there.json()) == (200, {"name": "here", "exists": True})
    assert token.secret not in there.text
    assert home.client.head("/service-token/here").status_code == 200
    assert home.client.get("/service-token/elsewhere").status_code == 404
    assert home.client.head("/service-token/elsewhere").status_code == 404


def test_nobody_learns_of_tokens_of_others(houses: Houses, keeping: str, home: Home) -> None:
    """A stranger is told that there is no token, and without a key nobody is told anything."""
    home.provision("ours")
    stranger = houses.client(keeping)
    assert stranger.get("/service-token/ours").status_code == 404
    anonymous = houses.client(keeping)
    del anonymous.headers["authorization"]
    assert anonymous.get("/service-token/ours").status_code == 401
    assert anonymous.post(UPSERT, json={"name": "a", "token": "b"}).status_code == 401


def test_only_members_store_a_token(home: Home) -> None:
    """A token of an organisation that is not the caller's is refused."""
    wish = {"name": "a", "token": "bt-st-unseen", "org_name": "somebody else's"}
    answer = home.client.post(UPSERT, json=wish)
    assert answer.status_code == 403
    assert "bt-st-unseen" not in answer.text


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "a"},
        {"token": "bt-st-unseen"},
        {"name": 1, "token": "bt-st-unseen"},
        {"name": "a", "token": "bt-st-unseen\r\nx: y"},
        {"name": "a", "token": "bt-st-unseen é"},
    ],
)
def test_refusals_quote_no_token(home: Home, body: dict[str, object]) -> None:
    """What cannot be stored is refused, without a word of it."""
    answer = home.client.post(UPSERT, json=body)
    assert answer.status_code == 400
    assert "bt-st-unseen" not in answer.text


def test_nothing_is_stored_in_the_clear(houses: Houses) -> None:
    """Without a key to seal it under no token is accepted, and the refusal names the variable."""
    client = houses.client(houses.data_plane())
    answer = client.post(UPSERT, json={"name": "a", "token": "bt-st-one"})
    assert answer.status_code == 400
    assert "SERVICE_TOKEN_SECRET_KEY" in answer.text


def test_token_of_no_named_organisation_is_the_primary_ones(houses: Houses) -> None:
    """Where the caller belongs to the primary organisation, it is for that one."""
    directory = houses.control_plane.directory
    one, two = (directory.create_organization(f"primary test {each}") for each in range(2))
    url = houses.data_plane(standing, PRIMARY_ORG_NAME=two.name, **KEY)
    key = houses.control_plane.key(organizations=[one.id, two.id])
    houses.client(url, key).post(UPSERT, json={"name": "a", "token": "bt-st-one"})
    for organization, status in ((one, 404), (two, 200)):
        member = houses.client(url, houses.control_plane.key(organizations=[organization.id]))
        assert member.get("/service-token/a").status_code == status
