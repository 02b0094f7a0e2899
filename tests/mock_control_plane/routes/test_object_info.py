"""The names of objects and of their projects, many at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from mock_control_plane.kinds import BUILT_IN_ROLES

if TYPE_CHECKING:
    from tests.mock_control_plane.api import Caller

PATH = "/api/self/get_object_info"


def test_object_is_named_with_its_project(caller: Caller) -> None:
    """An object comes with its name and with the name of the project that it lies in."""
    row = caller.row("dataset", project_name="p", dataset_name="d")
    (info,) = caller.post(PATH, {"object_type": "dataset", "object_ids": [row["id"]]}).json()
    assert (info["object_id"], info["object_name"]) == (row["id"], "d")
    assert info["parent_cols"]["project"] == {"id": row["project_id"], "name": "p"}


def test_all_that_lies_above_is_named(caller: Caller) -> None:
    """A snapshot lies in a dataset, this in a project, this in an organisation."""
    dataset = caller.row("dataset", project_name="p", dataset_name="d")
    row = caller.row("dataset_snapshot", dataset_id=dataset["id"], name="s", xact_id="1")
    (info,) = caller.post(PATH, {"object_type": "dataset_snapshot", "id": row["id"]}).json()
    assert {*info["parent_cols"]} == {"dataset", "project", "organization"}


@pytest.mark.parametrize("object_type", ["project", "project_log", "project_logs"])
def test_logs_are_known_as_their_project(caller: Caller, object_type: str) -> None:
    """The logs of a project have the project's id and name."""
    row = caller.row("project", project_name="p")
    (info,) = caller.post(PATH, {"object_type": object_type, "object_ids": [row["id"]]}).json()
    assert info["object_name"] == "p"


def test_own_organization_is_named(caller: Caller, stranger: Caller) -> None:
    """Organisations are objects too, if they are the caller's."""
    ids = [*caller.user.organizations, *stranger.user.organizations]
    infos = caller.post(PATH, {"object_type": "organization", "object_ids": ids}).json()
    assert [info["object_id"] for info in infos] == [*caller.user.organizations]


def test_invisible_objects_are_left_out(caller: Caller, stranger: Caller) -> None:
    """What is not there, or not the caller's, is not in the answer: clients count it."""
    foreign = stranger.row("project", project_name="p")["id"]
    fields = {"object_type": "project", "object_ids": [foreign, str(uuid4())]}
    assert caller.post(PATH, fields).json() == []
    assert caller.post(PATH, {**fields, "object_type": "spaceship"}).json() == []


def test_built_in_role_lies_in_nothing(caller: Caller) -> None:
    """A role of every organisation has a name and no parent."""
    id = BUILT_IN_ROLES["Owner"]
    (info,) = caller.post(PATH, {"object_type": "role", "object_ids": [id]}).json()
    assert info == {"object_id": id, "object_name": "Owner", "parent_cols": {}}


@pytest.mark.parametrize(
    ("fields", "issue"),
    [
        ({}, '"object_type"'),
        ({"object_type": "project"}, '"object_ids"'),
        ({"object_type": "project", "object_ids": ["nope"]}, "Invalid uuid"),
    ],
)
def test_wrong_question_is_an_issue(caller: Caller, fields: dict[str, object], issue: str) -> None:
    """Type and ids must be given, and ids be ids."""
    answer = caller.post(PATH, fields)
    assert answer.status_code == 400
    assert issue in answer.text
