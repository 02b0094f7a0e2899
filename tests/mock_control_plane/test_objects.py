"""Objects are found by id and by name, newest first, until they are deleted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_control_plane.kinds import BUILT_IN_ROLES, KINDS
from mock_control_plane.objects import NameTaken, Objects, Parent, Record, transaction_id

PROJECT, EXPERIMENT, DATASET = KINDS["project"], KINDS["experiment"], KINDS["dataset"]


@pytest.fixture(name="objects")
def _objects() -> Objects:
    """An empty store."""
    return Objects()


def make_project(objects: Objects, name: str = "p", organization: str = "acme") -> Record:
    """A project of an organisation."""
    return objects.create(PROJECT, Parent(organization, organization), {"name": name})


def make_dataset(objects: Objects, project: Record, name: str = "d", **fields: object) -> Record:
    """A dataset in a project."""
    parent = Parent(project.id, project.parent.organization_id)
    return objects.create(DATASET, parent, {"name": name, **fields}, user_id="ann")


def test_object_is_found_by_id_and_by_name(objects: Objects) -> None:
    """What was made is found both ways, and only under its own parent."""
    project = make_project(objects)
    assert objects.find("project", project.id) == project
    assert objects.find_by_key(PROJECT, "acme", "p") == project
    assert objects.find_by_key(PROJECT, "other", "p") is None
    assert objects.find("dataset", project.id) is None


def test_row_has_every_field_of_its_kind(objects: Objects) -> None:
    """Fields that nobody gave are there with their defaults."""
    project = make_project(objects)
    row = objects.create(EXPERIMENT, Parent(project.id, "acme"), {"name": "e"}, user_id="ann").row
    assert {*row} == {"id", "project_id", "name", "created", "deleted_at", "user_id"} | {
        *EXPERIMENT.fields
    }
    assert (row["public"], row["metadata"], row["user_id"]) == (False, None, "ann")
    assert (row["project_id"], row["deleted_at"]) == (project.id, None)


def test_created_is_a_time_of_day_in_utc(objects: Objects) -> None:
    """Times are written as ISO 8601 with milliseconds and Z."""
    created = str(make_project(objects).row["created"])
    assert created[10] == "T"
    assert created.endswith("Z")
    assert len(created) == len("2026-01-01T00:00:00.000Z")


def test_dataset_has_a_slug_for_its_url(objects: Objects) -> None:
    """The slug is made of the name, also where nothing of it can stand in a URL."""
    project = make_project(objects)
    assert str(make_dataset(objects, project, "My data!").row["url_slug"]).startswith("my-data-")
    assert str(make_dataset(objects, project, "数据").row["url_slug"]).startswith("object-")


def test_prompt_is_a_row_of_the_projects_logs(objects: Objects) -> None:
    """A prompt carries what a row has: a transaction, its log and its organisation."""
    project = make_project(objects)
    fields = {"name": "p", "slug": "p"}
    row = objects.create(KINDS["prompt"], Parent(project.id, "acme"), fields).row
    assert str(row["_xact_id"]).startswith("1000")
    assert (row["log_id"], row["org_id"]) == ("p", "acme")
    assert row["description"] is None
    assert row["tags"] is None


def test_transaction_ids_grow() -> None:
    """A later change of the same second has a larger transaction id."""
    assert int(transaction_id(2)) > int(transaction_id(1))


def test_taken_name_is_refused(objects: Objects) -> None:
    """A second object with the same name in the same parent is refused, in words."""
    make_project(objects)
    with pytest.raises(NameTaken, match="A project with the name 'p' already exists"):
        make_project(objects)
    assert make_project(objects, organization="other").name == "p"


def test_experiment_gives_way(objects: Objects) -> None:
    """An experiment whose name is taken gets another one with eight digits behind it."""
    project = make_project(objects)
    parent = Parent(project.id, "acme")
    objects.create(EXPERIMENT, parent, {"name": "e"})
    name = objects.create(EXPERIMENT, parent, {"name": "e"}).name or ""
    assert name.startswith("e-")
    assert len(name) == len("e-") + 8


def test_newest_comes_first(objects: Objects) -> None:
    """Objects are listed in reverse order of their making, also after a change."""
    made = [make_project(objects, name) for name in "abc"]
    objects.change(made[0], {"description": "changed"})
    assert [record.name for record in objects.select("project", ["acme"])] == ["c", "b", "a"]


def test_only_given_organizations_are_listed(objects: Objects) -> None:
    """A list holds objects of the given organisations, in all parents or in one."""
    one, other = make_project(objects), make_project(objects, organization="other")
    inside = make_dataset(objects, one)
    make_dataset(objects, other)
    assert list(objects.select("project", ["acme"])) == [one]
    assert list(objects.select("dataset", ["acme"])) == [inside]
    assert list(objects.select("dataset", ["acme"], one.id)) == [inside]
    assert list(objects.select("dataset", ["acme"], other.id)) == []
    assert list(objects.select("dataset", ["acme"], "nowhere")) == []


def test_built_in_roles_are_in_every_organization(objects: Objects) -> None:
    """The roles that nobody made are listed everywhere."""
    names = {record.name for record in objects.select("role", ["anything"])}
    assert names == {*BUILT_IN_ROLES}


def test_change_leaves_what_was_handed_out(objects: Objects) -> None:
    """A row that somebody holds does not change under his eyes."""
    project = make_project(objects)
    changed = objects.change(project, {"description": "new"})
    assert project.row["description"] is None
    assert changed.row["description"] == "new"
    assert objects.find("project", project.id) == changed
    assert objects.find_by_key(PROJECT, "acme", "p") == changed
    assert list(objects.select("project", ["acme"])) == [changed]


def test_change_merges_objects_and_skips_null(objects: Objects) -> None:
    """An object-typed field is merged deeply; null changes nothing."""
    dataset = make_dataset(objects, make_project(objects), metadata={"a": {"b": 1}, "c": 2})
    changed = objects.change(dataset, {"metadata": {"a": {"d": 3}, "c": [4]}, "description": None})
    assert changed.row["metadata"] == {"a": {"b": 1, "d": 3}, "c": [4]}


def test_config_is_replaced_whole(objects: Objects) -> None:
    """What is left of another kind of automation would make the new one neither."""
    project = make_project(objects)
    fields = {"name": "a", "config": {"event_type": "logs", "interval_seconds": 1}}
    made = objects.create(KINDS["project_automation"], Parent(project.id, "acme"), fields)
    config = {"event_type": "retention", "object_type": "dataset", "retention_days": 1}
    assert objects.change(made, {"config": config}).row["config"] == config


def test_changed_prompt_has_a_new_transaction(objects: Objects) -> None:
    """Every version of a prompt has a transaction of its own."""
    project = make_project(objects)
    fields = {"name": "p", "slug": "p"}
    made = objects.create(KINDS["prompt"], Parent(project.id, "acme"), fields)
    changed = objects.change(made, {"description": "new"})
    assert int(str(changed.row["_xact_id"])) > int(str(made.row["_xact_id"]))


def test_renamed_object_frees_its_name(objects: Objects) -> None:
    """After a new name the old one is free, and the new one is taken."""
    project = make_project(objects)
    objects.change(project, {"name": "q"})
    assert objects.find_by_key(PROJECT, "acme", "p") is None
    again = make_project(objects)
    with pytest.raises(NameTaken, match="name 'q' already exists"):
        objects.change(again, {"name": "q"})
    assert objects.find_by_key(PROJECT, "acme", "p") == again


def test_deleted_object_frees_its_name(objects: Objects) -> None:
    """A deleted object says when, is found no more, and its name is free."""
    project = make_project(objects)
    assert objects.delete(project).row["deleted_at"]
    assert objects.find("project", project.id) is None
    assert list(objects.select("project", ["acme"])) == []
    assert make_project(objects).id != project.id


def test_what_lies_in_a_deleted_object_is_deleted(objects: Objects) -> None:
    """With a project go its datasets, and with these their snapshots."""
    project = make_project(objects)
    dataset = make_dataset(objects, project)
    fields = {"name": "s", "xact_id": "1"}
    snapshot = objects.create(KINDS["dataset_snapshot"], Parent(dataset.id, "acme"), fields)
    objects.delete(project)
    assert objects.find("dataset", dataset.id) is None
    assert objects.find("dataset_snapshot", snapshot.id) is None


def test_deleted_prompt_is_marked_as_rows_are(objects: Objects) -> None:
    """A deleted prompt is a row with `_object_delete` and a new transaction."""
    project = make_project(objects)
    fields = {"name": "p", "slug": "p"}
    row = objects.delete(objects.create(KINDS["prompt"], Parent(project.id, "acme"), fields)).row
    assert row["_object_delete"] is True


def test_age_is_known_after_deletion(objects: Objects) -> None:
    """A cursor that points to a deleted object still has its place."""
    project = make_project(objects)
    objects.delete(project)
    assert objects.number_of(project.id) == project.number
    assert objects.number_of("nothing") is None


def test_secret_is_kept_and_not_shown(objects: Objects) -> None:
    """What a kind hides is in the row that is kept, and in no row that is shown."""
    fields = {"name": "OPENAI_API_KEY", "secret": "sk-provider-1234"}
    record = objects.create(KINDS["ai_secret"], Parent("acme", "acme"), fields)
    assert record.row["secret"] == "sk-provider-1234"
    assert "secret" not in record.shown
    assert record.shown["preview_secret"] == "********1234"
    assert objects.change(record, {"type": "openai"}).row["updated_at"]


def test_object_without_name_has_none(objects: Objects) -> None:
    """Access rules have no name."""
    fields = {"object_type": "organization", "user_id": "ann", "permission": "read"}
    record = objects.create(KINDS["acl"], Parent("acme", "acme"), fields)
    assert record.name is None
    assert record.row["_object_org_id"] == "acme"


names = st.sampled_from(["a", "b", "c"])


@given(st.lists(st.tuples(st.sampled_from(["make", "delete", "rename"]), names, names)))
def test_names_and_ids_agree(steps: list[tuple[str, str, str]]) -> None:
    """Whatever happens, an object is found by name exactly if it is listed with that name."""
    objects, expected = Objects(), dict[str, str]()
    for step, name, other in steps:
        record = objects.find_by_key(PROJECT, "acme", name)
        assert (record and record.id) == expected.get(name)
        if step == "make" and record is None:
            expected[name] = make_project(objects, name).id
        elif step == "delete" and record is not None:
            objects.delete(record)
            del expected[name]
        elif step == "rename" and record is not None and other not in expected:
            objects.change(record, {"name": other})
            expected[other] = expected.pop(name)
    listed = {record.name: record.id for record in objects.select("project", ["acme"])}
    assert listed == expected


def test_all_are_there_in_order_deleted_ones_too(objects: Objects) -> None:
    """Every object of a kind is given, the oldest first; deleted ones are marked."""
    project = make_project(objects)
    first, second = (make_dataset(objects, project, name) for name in "ab")
    gone = objects.delete(first)
    assert objects.all("dataset") == [gone, second]
    assert gone.row["deleted_at"] is not None
    objects.delete(project)
    assert all(record.row["deleted_at"] for record in objects.all("dataset"))


def test_put_is_literal(objects: Objects) -> None:
    """What is put is kept as it is given, and what is not given is made up."""
    parent = Parent("acme", "acme")
    put = objects.put(PROJECT, parent, {"name": "p", "created": None, "settings": "odd"})
    assert (put.row["created"], put.row["settings"], put.row["user_id"]) == (None, "odd", None)
    assert objects.find("project", put.id) == put
    assert objects.number_of(put.id) == put.number
    again = objects.put(PROJECT, parent, {"name": "q", "id": put.id})
    assert objects.find_by_key(PROJECT, "acme", "p") is None
    assert list(objects.select("project", ["acme"])) == [again]


def test_patch_is_literal(objects: Objects) -> None:
    """What is patched is what is given, null too; id and place stay."""
    dataset = make_dataset(objects, make_project(objects), metadata={"a": 1})
    given = {"metadata": None, "created": "x", "id": "y", "project_id": "z", "name": "e"}
    patched = objects.patch(dataset, given)
    assert patched.row == {**dataset.row, "metadata": None, "created": "x", "name": "e"}
    assert objects.find_by_key(DATASET, dataset.parent.id, "e") == patched
    assert objects.find_by_key(DATASET, dataset.parent.id, "d") is None


def test_put_and_patch_take_no_name_that_is_taken(objects: Objects) -> None:
    """Two living objects of one parent never have one name, whoever makes them."""
    project = make_project(objects)
    make_dataset(objects, project, "a")
    other = make_dataset(objects, project, "b")
    with pytest.raises(NameTaken, match="'a' already exists"):
        objects.put(DATASET, other.parent, {"name": "a"})
    with pytest.raises(NameTaken, match="'a' already exists"):
        objects.patch(other, {"name": "a"})
    assert objects.find("dataset", other.id) == other
