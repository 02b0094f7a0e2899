"""A call is about the organisation, project or object that it names, if the caller may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.mock_control_plane.api import new_caller

if TYPE_CHECKING:
    from mock_control_plane.app import World
    from tests.mock_control_plane.api import Caller


def test_first_organization_is_meant_where_none_is_named(world: World) -> None:
    """Without a name the user's first organisation gets the object."""
    second = world.directory.create_organization("second")
    order = [second.id, world.directory.organization.id]
    caller = new_caller(world, organizations=order)
    assert caller.row("project", project_name="p")["org_id"] == second.id


@pytest.mark.parametrize("field", ["org_id", "organization_id", "org_name"])
def test_organization_is_named_by_id_or_name(world: World, field: str) -> None:
    """Id and name of an organisation are equally good."""
    second = world.directory.create_organization("second")
    caller = new_caller(world, organizations=[world.directory.organization.id, second.id])
    value = second.name if field == "org_name" else second.id
    assert caller.row("project", project_name="p", **{field: value})["org_id"] == second.id


def test_foreign_organization_is_missing(caller: Caller, stranger: Caller) -> None:
    """Nobody makes anything in an organisation that he does not belong to."""
    (foreign,) = stranger.user.organizations
    for fields in ({"org_id": foreign}, {"org_name": "elsewhere"}):
        answer = caller.post("/api/project/register", {"project_name": "p", **fields})
        assert answer.status_code == 400
        assert "Missing read access to organization" in answer.text
    assert stranger.ids("project") == []


def test_user_without_organizations_makes_nothing(world: World) -> None:
    """Somebody who belongs nowhere is told so."""
    answer = new_caller(world, organizations=[]).post("/api/project/register", {"name": "p"})
    assert answer.status_code == 400
    assert "not part of any organization" in answer.text


def test_named_project_is_made(caller: Caller) -> None:
    """What is registered in a project that is not there makes it, once."""
    first = caller.row("dataset", project_name="p", dataset_name="a")
    second = caller.row("dataset", project_name="p", dataset_name="b")
    assert first["project_id"] == second["project_id"]
    assert caller.ids("project", project_name="p") == [first["project_id"]]


def test_id_of_a_project_wins_over_its_name(caller: Caller) -> None:
    """Where both are given the id is meant."""
    project = caller.row("project", project_name="p")
    row = caller.row("dataset", project_id=project["id"], project_name="q", dataset_name="d")
    assert row["project_id"] == project["id"]
    assert caller.ids("project", project_name="q") == []


def test_foreign_project_is_missing(caller: Caller, stranger: Caller) -> None:
    """A project of others and one that nobody has are refused alike."""
    foreign = stranger.row("project", project_name="p")["id"]
    for id in (foreign, str(uuid4())):
        answer = caller.post("/api/dataset/register", {"project_id": id, "dataset_name": "d"})
        assert answer.status_code == 400
        assert f"Missing read access to project id {id}" in answer.text


def test_object_in_no_project_is_refused(caller: Caller) -> None:
    """What lies in a project must name one."""
    answer = caller.post("/api/dataset/register", {"dataset_name": "d"})
    assert answer.status_code == 400
    assert '"project_id"' in answer.text


def test_object_types_are_resolved(caller: Caller, stranger: Caller) -> None:
    """A rule may be about an organisation, a project under any name, or another object."""
    project = caller.row("project", project_name="p")
    dataset = caller.row("dataset", project_id=project["id"])
    (own,), (foreign,) = caller.user.organizations, stranger.user.organizations
    fields = {"view_type": "logs", "name": "v"}
    about = {"project_log": project["id"], "org_project": own, "dataset": dataset["id"]}
    for object_type, id in about.items():
        row = caller.row("view", object_type=object_type, object_id=id, **fields)
        assert (row["object_type"], row["object_id"]) == (object_type, id)
    refused = {"organization": foreign, "experiment": dataset["id"], "spaceship": project["id"]}
    for object_type, id in refused.items():
        answer = caller.post(
            "/api/view/register", {"object_type": object_type, "object_id": id, **fields}
        )
        assert f"Missing read access to {object_type} id {id}" in answer.text


def test_object_needs_type_and_id(caller: Caller) -> None:
    """What lies in any object must say in which."""
    answer = caller.post("/api/view/register", {"name": "v", "view_type": "logs"})
    assert '"object_type"' in answer.text
    answer = caller.post(
        "/api/view/register", {"name": "v", "view_type": "logs", "object_type": "project"}
    )
    assert '"object_id"' in answer.text


def test_built_in_role_is_read_only(caller: Caller) -> None:
    """A role that every organisation has can be seen, and not changed."""
    (owner,) = caller.ids("role", role_name="Owner")
    answer = caller.post("/api/role/delete_id", {"id": owner})
    assert f"Missing delete access to role id {owner}" in answer.text
