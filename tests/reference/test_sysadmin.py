"""Backfill and compaction status: on, off, for whom, and free of content."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reference.material import NOBODY, create, insert, unique

if TYPE_CHECKING:
    import httpx

    from tests.reference.rig import Houses

CANARY = "c4n4ry-0f-4-cust0m3r"
BACKFILL = "/brainstore/backfill/status"
VACUUM = "/brainstore/vacuum/status"
PATHS = (
    BACKFILL,
    f"{BACKFILL}/active",
    f"{BACKFILL}/failed",
    f"{BACKFILL}/project/{{id}}",
    f"{BACKFILL}/object/{{id}}",
    f"{BACKFILL}/object/{{id}}/segment-counts",
    VACUUM,
)


def ask(client: httpx.Client, path: str, id: str = NOBODY) -> httpx.Response:
    """Ask one of the endpoints, about one object where it is about one."""
    return client.request("POST" if path == VACUUM else "GET", path.format(id=id))


def filled(client: httpx.Client) -> str:
    """A project whose logs hold content, one row of it in two versions."""
    project = create(client, "project", name=unique(CANARY))["id"]
    row = {"id": CANARY, "input": CANARY, "metadata": {CANARY: CANARY}, "tags": [CANARY]}
    insert(client, "project_logs", project, row)
    insert(client, "project_logs", project, {**row, "output": CANARY}, {"error": CANARY})
    return project


@pytest.mark.parametrize("path", PATHS)
def test_metadata_is_told_and_no_content(client: httpx.Client, path: str) -> None:
    """Each endpoint answers with JSON that holds nothing of the rows."""
    answer = ask(client, path, filled(client))
    assert answer.status_code == 200
    assert answer.json()
    assert CANARY not in answer.text


@pytest.mark.parametrize("path", PATHS)
def test_endpoints_can_be_disabled(houses: Houses, path: str) -> None:
    """With DISABLE_SYSADMIN_TELEMETRY=true they are not there."""
    client = houses.client(houses.data_plane(DISABLE_SYSADMIN_TELEMETRY="true"))
    assert ask(client, path, filled(client)).status_code == 404


@pytest.mark.parametrize("path", PATHS)
def test_endpoints_need_a_valid_key(client: httpx.Client, path: str) -> None:
    """Nobody else learns even the numbers."""
    client.headers["authorization"] = "Bearer sk-no"
    assert ask(client, path).status_code == 401


def test_rows_and_versions_are_counted(client: httpx.Client) -> None:
    """Two rows, three versions; one of them is left to compaction."""
    project = filled(client)
    for path in (f"{BACKFILL}/project/{{id}}", f"{BACKFILL}/object/{{id}}"):
        (described,) = ask(client, path, project).json()["objects"]
        assert (described["rows"], described["versions"], described["state"]) == (2, 3, "done")
    assert ask(client, VACUUM).json()["reclaimable"] >= 1
    assert ask(client, BACKFILL).json()["rows"] >= 2
    segments = ask(client, f"{BACKFILL}/object/{{id}}/segment-counts", project).json()["segments"]
    assert segments == {"project_logs": 1}


def test_foreign_objects_are_not_described(houses: Houses, data_plane: str) -> None:
    """Who may not read an object is told that it is missing."""
    owner = houses.client(data_plane)
    project = filled(owner)
    elsewhere = houses.control_plane.directory.create_organization().id
    stranger = houses.client(data_plane, houses.control_plane.key(organizations=[elsewhere]))
    for path in PATHS[3:6]:
        assert ask(stranger, path, project).status_code in (400, 403)


def test_object_without_rows_has_no_numbers(client: httpx.Client) -> None:
    """An id that nothing was written under, and one that is none."""
    assert ask(client, f"{BACKFILL}/object/{{id}}").json() == {"object_id": NOBODY, "objects": []}
    assert ask(client, f"{BACKFILL}/object/{{id}}", "x").status_code == 400
