"""Register, get, patch and delete work alike for every kind of object."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from mock_control_plane.kinds import KINDS
from tests.mock_control_plane.api import send

if TYPE_CHECKING:
    from mock_control_plane.app import World
    from tests.mock_control_plane.api import Caller

# What an object of a kind needs beside its name and its parent.
NEEDED: dict[str, dict[str, object]] = {
    "environment": {"slug": "prod"},
    "org_automation": {"config": {"event_type": "logs"}},
    "project_automation": {
        "config": {"event_type": "retention", "object_type": "dataset", "retention_days": 7}
    },
    "prompt": {"slug": "s"},
    "function": {"slug": "s", "function_data": {"type": "code"}},
    "project_score": {"score_type": "slider"},
    "span_iframe": {"url": "https://frame.example"},
    "mcp_server": {"url": "https://mcp.example"},
    "dataset_snapshot": {"xact_id": "1000192656880881664"},
    "view": {"object_type": "project", "view_type": "logs"},
    "env_var": {"object_type": "project", "value": "hush"},
}
NAMED = sorted(name for name, kind in KINDS.items() if kind.named)


def fields_for(caller: Caller, kind: str, name: str = "thing") -> dict[str, object]:
    """What a client sends to register an object of this kind."""
    parent = KINDS[kind].parent
    fields = {f"{kind}_name": name, **NEEDED.get(kind, {})}
    if parent == "dataset":
        dataset = caller.row("dataset", project_name="p", dataset_name="d")
        return {**fields, "dataset_id": dataset["id"]}
    if parent == "organization":
        return fields
    project = caller.row("project", project_name="p")
    return {**fields, "object_id" if parent == "object" else "project_id": project["id"]}


@pytest.mark.parametrize("kind", NAMED)
def test_object_lives_as_long_as_it_should(caller: Caller, stranger: Caller, kind: str) -> None:
    """Made, found by id, seen by nobody else, renamed, deleted, gone."""
    row = caller.row(kind, **fields_for(caller, kind))
    assert row["name"] == "thing"
    assert caller.ids(kind, id=row["id"]) == [row["id"]]
    assert stranger.ids(kind, id=row["id"]) == []
    shown = caller.get(f"/api/{kind}", id=row["id"])
    assert shown.json() == row

    changed = caller.post(f"/api/{kind}/patch_id", {"id": row["id"], "name": "other"})
    assert changed.json()["name"] == "other"
    deleted = caller.post(f"/api/{kind}/delete_id", {"id": row["id"]})
    assert deleted.json()["id"] == row["id"]
    assert deleted.json()["deleted_at"] is not None
    assert caller.ids(kind, id=row["id"]) == []
    assert caller.get(f"/api/{kind}", id=row["id"]).status_code == 400


@pytest.mark.parametrize("kind", [name for name in NAMED if not KINDS[name].renames])
def test_second_registration_finds_the_first(caller: Caller, kind: str) -> None:
    """The same name in the same parent is the same object, unchanged, and the answer says so."""
    fields = fields_for(caller, kind)
    first = caller.post(f"/api/{kind}/register", fields).json()
    second = caller.post(f"/api/{kind}/register", {**fields, "description": "new"}).json()
    assert first["found_existing"] is False
    assert second["found_existing"] is True
    assert second[kind] == first[kind]


@pytest.mark.parametrize("kind", NAMED)
def test_registration_names_the_project(caller: Caller, kind: str) -> None:
    """What lies in a project comes with the project's row."""
    answer = caller.post(f"/api/{kind}/register", fields_for(caller, kind)).json()
    assert ("project" in answer) == (kind == "project" or KINDS[kind].parent == "project")
    if KINDS[kind].parent == "project":
        assert answer["project"]["name"] == "p"


def test_name_may_come_without_its_kind(caller: Caller) -> None:
    """`name` is as good as `project_name`."""
    assert caller.row("project", name="p") == caller.row("project", project_name="p")


def test_update_changes_the_object_that_is_there(caller: Caller) -> None:
    """With `update` a registration is a change of what it found."""
    fields = fields_for(caller, "project_automation")
    caller.row("project_automation", **fields)
    row = caller.row("project_automation", **{**fields, "update": True, "description": "new"})
    assert row["description"] == "new"
    assert caller.row("project_automation", **fields)["description"] == "new"


def test_dataset_without_a_name_is_called_logs(caller: Caller) -> None:
    """Clients may leave the name of a dataset to the server."""
    assert caller.row("dataset", project_name="p", dataset_name=None)["name"] == "logs"


def test_null_is_as_good_as_absent(caller: Caller) -> None:
    """Python's SDK sends null for what it does not know."""
    project = caller.row("project", project_name="p")
    row = caller.row(
        "dataset", project_name=None, project_id=project["id"], dataset_name="d", metadata=None
    )
    assert row["metadata"] is None


def test_patch_leaves_null_fields_alone(caller: Caller) -> None:
    """A null in a patch means 'as it was'."""
    row = caller.row("project", project_name="p", description="kept", settings={"a": 1})
    changes = {"id": row["id"], "name": None, "description": None, "settings": {"b": 2}}
    changed = caller.post("/api/project/patch_id", changes).json()
    assert changed == {**row, "settings": {"a": 1, "b": 2}}


def test_rename_to_a_taken_name_is_refused(caller: Caller) -> None:
    """Two projects never get the same name by a patch."""
    caller.row("project", project_name="p")
    other = caller.row("project", project_name="q")
    answer = caller.post("/api/project/patch_id", {"id": other["id"], "name": "p"})
    assert answer.status_code == 400
    assert "already exists" in answer.text


@pytest.mark.parametrize("action", ["patch_id", "delete_id"])
def test_object_of_others_cannot_be_touched(caller: Caller, stranger: Caller, action: str) -> None:
    """For a stranger an object does not exist, and it stays as it is."""
    row = caller.row("project", project_name="p")
    answer = stranger.post(f"/api/project/{action}", {"id": row["id"], "name": "mine"})
    assert answer.status_code == 400
    access = "update" if action == "patch_id" else "delete"
    assert f"Missing {access} access to project id {row['id']}" in answer.text
    assert caller.get("/api/project", id=row["id"]).json() == row


def test_one_id_may_come_as_a_list(caller: Caller) -> None:
    """`ids` with one id is as good as `id`; more than one is refused."""
    row = caller.row("project", project_name="p")
    other = caller.row("project", project_name="q")
    both = caller.post("/api/project/delete_id", {"ids": [row["id"], other["id"]]})
    assert "Expected exactly one id" in both.text
    assert caller.post("/api/project/delete_id", {"ids": [row["id"]]}).json()["id"] == row["id"]
    assert caller.get("/api/project", project_id=other["id"]).json() == other


@pytest.mark.parametrize("action", ["patch_id", "delete_id"])
def test_missing_id_is_an_issue(caller: Caller, action: str) -> None:
    """Without an id nothing is changed or deleted."""
    answer = caller.post(f"/api/project/{action}", {"name": "x"})
    assert answer.status_code == 400
    assert '"Required"' in answer.text


def test_show_finds_by_description(caller: Caller) -> None:
    """One object can be shown by name; nothing, and no description at all, is an issue."""
    row = caller.row("project", project_name="p")
    assert caller.get("/api/project", project_name="p").json() == row
    assert caller.get("/api/project", project_name="q").status_code == 400
    assert caller.get("/api/project").status_code == 400


@pytest.mark.parametrize("action", ["register", "patch_id", "delete_id"])
def test_service_token_only_reads(world: World, caller: Caller, action: str) -> None:
    """A service token sees the objects of its organisation and cannot write them."""
    row = caller.row("project", project_name="p")
    token = world.directory.create_service_token("retention").secret
    fields = {"id": row["id"], "project_name": "p"}
    answer = send(world, "POST", f"/api/project/{action}", token=token, json=fields)
    assert answer.status_code == 403
    assert "may read projects" in answer.text
    read = send(world, "POST", "/api/project/get", token=token, json={"id": row["id"]})
    assert read.json() == [row]


def test_unknown_id_is_missing(caller: Caller) -> None:
    """An id that nobody has is refused as one that is somebody else's."""
    id = str(uuid4())
    answer = caller.get("/api/project", id=id)
    assert answer.status_code == 400
    expected = f"Missing read access to project id {id}, or the project does not exist ["
    assert answer.text.startswith(expected)


def test_names_of_all_of_unicode_survive(caller: Caller) -> None:
    """A name comes back as it was sent, whatever it is made of."""
    for name in ("Ünïcode 数据 🧪", "\u0000\u2028", "' OR 1=1 --", "../x"):
        content = caller.row("project", project_name=name)
        assert content["name"] == name
        assert caller.ids("project", project_name=name) == [content["id"]]
