"""A run is told in numbers, to members of an organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reference.retention.material import RUN

if TYPE_CHECKING:
    from tests.reference.retention.material import Home
    from tests.reference.rig import Houses


def test_run_tells_what_became_of_it(home: Home) -> None:
    """The answer to a run, and its state afterwards, say the same."""
    home.provision()
    told = home.run()
    state = home.client.post(f"{RUN}/status", json={}).json()
    assert told["started"] == "2026-03-01T00:00:00+00:00"
    assert state["running"] is False
    assert state["last_run"].keys() == told.keys()


def test_run_names_no_token(home: Home) -> None:
    """Whatever goes wrong, the token is not in what is told."""
    token = home.provision()
    home.revoke(token)
    answer = home.client.post(RUN, json={})
    assert "refused a look-up with 401" in answer.text
    assert token.secret not in answer.text


def test_who_belongs_to_nothing_may_not_start_a_run(houses: Houses, keeping: str) -> None:
    """A user of no organisation has nothing that could be retained."""
    client = houses.client(keeping, houses.control_plane.key(organizations=[]))
    assert client.post(RUN, json={}).status_code == 403
