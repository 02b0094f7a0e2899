"""A run is started and asked about by members of an organisation, and told of in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.reference.retention.material import KEY, RUN, ago, home, standing

if TYPE_CHECKING:
    from tests.reference.rig import Houses


def test_run_tells_what_it_did(houses: Houses) -> None:
    """The answer and the status afterwards agree on how many rows went."""
    there = home(houses, houses.data_plane(standing, **KEY))
    there.provision()
    there.rows("project_logs", there.project(project_logs=1), old=ago(days=2), young=ago(hours=2))
    told = there.run()
    assert (told["status"], told["deleted"], told["problems"]) == ("done", 1, [])
    status = there.client.post(f"{RUN}/status", json={}).json()
    assert status == {"running": False, "last_run": told}


def test_before_the_first_run_there_is_none(houses: Houses) -> None:
    """The status of a data plane that never ran retention says so."""
    client = houses.client(houses.data_plane(standing, **KEY))
    answer = client.post(f"{RUN}/status", json={})
    assert answer.json() == {"running": False, "last_run": None}


def test_run_needs_a_member(houses: Houses, keeping: str) -> None:
    """Somebody without a key, or without an organisation, starts nothing."""
    anonymous = houses.client(keeping)
    del anonymous.headers["authorization"]
    assert anonymous.post(RUN, json={}).status_code == 401
    loner = houses.client(keeping, houses.control_plane.key(organizations=[]))
    assert loner.post(RUN, json={}).status_code in (401, 403)
