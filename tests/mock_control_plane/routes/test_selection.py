"""Filters select what they say, and pages follow each other without a gap."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from tests.mock_control_plane.api import new_caller

if TYPE_CHECKING:
    from mock_control_plane.app import World
    from tests.mock_control_plane.api import Caller


def projects(caller: Caller, count: int) -> list[str]:
    """Make projects and return their ids, newest first."""
    return [str(caller.row("project", project_name=f"p{n}")["id"]) for n in range(count)][::-1]


def test_all_is_listed_newest_first(caller: Caller) -> None:
    """Without a filter everything visible is listed, the newest first."""
    ids = projects(caller, 3)
    assert caller.ids("project") == ids
    assert caller.ids("project", limit=None) == ids


def test_ids_may_be_many_and_come_in_order(caller: Caller) -> None:
    """A list of ids selects these, whatever their order, each once."""
    a, b, c = projects(caller, 3)
    assert caller.ids("project", id=[c, a, c]) == [a, c]
    assert caller.ids("project", ids=[b]) == [b]
    assert caller.ids("project", id=b.upper()) == [b]
    assert caller.ids("project", id=[a, str(uuid4())]) == [a]


def test_query_selects_as_a_body_does(caller: Caller) -> None:
    """Filters may come in the query, repeated for a list."""
    a, b, _ = projects(caller, 3)
    answer = caller.get("/api/project/get", id=[a, b], limit="1")
    assert [row["id"] for row in answer.json()] == [a]


def test_name_selects_exactly(caller: Caller) -> None:
    """A name selects the object of exactly this name; several names select several."""
    a, _, c = projects(caller, 3)
    assert caller.ids("project", project_name="p2") == [a]
    assert caller.ids("project", name="p2") == [a]
    assert caller.ids("project", project_name="P2") == []
    assert caller.ids("project", project_name=["p0", "p2"]) == [a, c]
    assert caller.ids("project", id=c, project_name="p2") == []


def test_project_selects_what_lies_in_it(caller: Caller) -> None:
    """Objects are selected by the id or the name of their project."""
    one = caller.row("dataset", project_name="a", dataset_name="d")
    other = caller.row("dataset", project_name="b", dataset_name="d")
    assert caller.ids("dataset", project_name="a") == [one["id"]]
    assert caller.ids("dataset", project_id=other["project_id"]) == [other["id"]]
    assert caller.ids("dataset", dataset_name="d") == [other["id"], one["id"]]
    assert caller.ids("dataset", project_name="b", dataset_name="d") == [other["id"]]
    assert caller.ids("dataset", project_name="c") == []
    assert caller.ids("dataset", project_id=str(uuid4())) == []
    assert caller.ids("dataset", id=one["id"], project_name="b") == []


def test_other_fields_select_too(caller: Caller) -> None:
    """A slug, a type or whatever else a row holds is a filter."""
    project = caller.row("project", project_name="p")
    fields = {"project_id": project["id"], "function_data": {"type": "code"}}
    plain = caller.row("function", name="a", slug="a", **fields)
    schema = caller.row("function", name="b", slug="b", function_type="parameters", **fields)
    assert caller.ids("function", slug="a", project_name="p") == [plain["id"]]
    assert caller.ids("function", function_type="parameters") == [schema["id"]]
    assert caller.ids("function", slug="a", version="1", environment="prod") == [plain["id"]]


def test_snapshots_are_selected_by_dataset(caller: Caller) -> None:
    """A snapshot is found by its dataset, and in it by name or transaction."""
    dataset = caller.row("dataset", project_name="p")
    one = caller.row("dataset_snapshot", dataset_id=dataset["id"], name="a", xact_id="1")
    two = caller.row("dataset_snapshot", dataset_id=dataset["id"], name="b", xact_id="2")
    assert caller.ids("dataset_snapshot", dataset_id=dataset["id"]) == [two["id"], one["id"]]
    assert caller.ids("dataset_snapshot", dataset_id=dataset["id"], name="a") == [one["id"]]
    assert caller.ids("dataset_snapshot", dataset_id=dataset["id"], xact_id="2") == [two["id"]]


def test_organization_selects(world: World) -> None:
    """A user of two organisations sees both, or the one that he names."""
    second = world.directory.create_organization("second")
    first = world.directory.organization
    caller = new_caller(world, organizations=[first.id, second.id])
    one = caller.row("project", project_name="p")
    two = caller.row("project", project_name="p", org_name="second")
    assert (one["org_id"], two["org_id"]) == (first.id, second.id)
    assert caller.ids("project", project_name="p") == [two["id"], one["id"]]
    assert caller.ids("project", org_name=first.name) == [one["id"]]
    assert caller.ids("project", org_id=second.id) == [two["id"]]
    assert caller.ids("project", org_id=second.id, id=one["id"]) == []


@pytest.mark.parametrize("limit", [0, 1, 5, "2", 3.0])
def test_limit_cuts(caller: Caller, limit: float | str) -> None:
    """At most as many objects come as are asked for."""
    ids = projects(caller, 3)
    assert caller.ids("project", limit=limit) == ids[: int(limit)]


def test_pages_follow_each_other(caller: Caller) -> None:
    """The page after an object begins with the next older one, the page before ends at it."""
    ids = projects(caller, 5)
    assert caller.ids("project", limit=2, starting_after=ids[1]) == ids[2:4]
    assert caller.ids("project", starting_after=ids[4]) == []
    assert caller.ids("project", limit=2, ending_before=ids[3]) == ids[1:3]
    assert caller.ids("project", limit=9, ending_before=ids[1]) == ids[:1]
    assert caller.ids("project", ending_before=ids[2]) == ids[:2]


def test_page_after_a_deleted_object_goes_on(caller: Caller) -> None:
    """A cursor keeps its place when its object is deleted between two pages."""
    ids = projects(caller, 3)
    caller.post("/api/project/delete_id", {"id": ids[1]})
    assert caller.ids("project", starting_after=ids[1]) == [ids[2]]


@pytest.mark.parametrize(
    ("fields", "issue"),
    [
        ({"id": "nope"}, "Invalid uuid"),
        ({"id": [5]}, "Invalid uuid"),
        ({"limit": -1}, "greater than or equal to 0"),
        ({"limit": "many"}, "Expected number, received string"),
        ({"limit": True}, "Expected number, received boolean"),
        ({"limit": 1.5}, "Expected number, received number"),
        ({"starting_after": "nope"}, "Invalid uuid"),
        ({"name": {"like": "p%"}}, "Expected string, received object"),
        ({"org_name": ["a"]}, "Expected string, received array"),
        ({"org_name": "elsewhere"}, "Missing read access to organization name elsewhere"),
        ({"starting_after": "0" * 8 + "-0000" * 3 + "-" + "0" * 12}, "Missing read access"),
    ],
)
def test_filter_that_cannot_be_understood_is_refused(
    caller: Caller, fields: dict[str, object], issue: str
) -> None:
    """A wrong filter is refused and named, never ignored."""
    answer = caller.post("/api/project/get", fields)
    assert answer.status_code == 400
    assert issue in answer.text


def test_both_cursors_at_once_are_refused(caller: Caller) -> None:
    """A page lies after an object or before one."""
    (id,) = projects(caller, 1)
    fields = {"starting_after": id, "ending_before": id}
    assert "Cannot be combined" in caller.post("/api/project/get", fields).text


def test_name_of_a_project_must_be_text(caller: Caller) -> None:
    """A project's name that is a list is refused where it is a filter for others."""
    answer = caller.post("/api/dataset/get", {"project_name": ["a"]})
    assert "Expected string, received array" in answer.text
