"""What a test puts into a realm is there as it was given, and breaks nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from mock_control_plane import stock
from mock_control_plane.directory import Directory
from mock_control_plane.egress import Egress
from mock_control_plane.faults import Faults
from mock_control_plane.identities import UnknownMember
from mock_control_plane.kinds import KINDS
from mock_control_plane.objects import NameTaken, Objects
from mock_control_plane.provisioning import Provisioning
from mock_control_plane.realms import Realm
from mock_control_plane.stock import UnknownObject, Unstorable
from mock_control_plane.wire import load_profile

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT = KINDS["project"]


@pytest.fixture(name="realm")
def _realm() -> Realm:
    """A realm without a port."""
    directory = Directory()
    provisioning = Provisioning(directory, load_profile())
    return Realm("here", "http://here", directory, Objects(), Faults(), provisioning, Egress())


def put(realm: Realm, kind: str, **given: object) -> Mapping[str, object]:
    """Put an object, and return its row."""
    return stock.put(realm, KINDS[kind], given).row


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_can_be_put(realm: Realm, kind: str) -> None:
    """An object of every kind is found again, as it was given."""
    project = put(realm, "project")
    dataset = put(realm, "dataset", project_id=project["id"])
    inside = {
        "organization": {},
        "project": {"project_id": project["id"]},
        "dataset": {"dataset_id": dataset["id"]},
        "object": {"object_type": "project", "object_id": project["id"]},
    }[KINDS[kind].parent]
    row = put(realm, kind, created="1999-12-31", extra={"a": [1]}, **inside)
    assert (row["created"], row["extra"]) == ("1999-12-31", {"a": [1]})
    assert stock.matching(realm, KINDS[kind], {"id": row["id"]}) == [row]


def test_object_of_the_same_id_is_replaced(realm: Realm) -> None:
    """An id is there once, whatever was put under it before."""
    first = put(realm, "project", name="a", description="old")
    second = put(realm, "project", id=first["id"], name="b")
    assert (second["id"], second["description"]) == (first["id"], None)
    assert stock.matching(realm, PROJECT, {}) == [second]
    put(realm, "project", name="a")
    with pytest.raises(NameTaken, match="'b' already exists"):
        put(realm, "project", name="b")


def test_deleted_object_can_be_put_again(realm: Realm) -> None:
    """What is put under the id of a deleted object lives."""
    row = put(realm, "project", name="a")
    realm.objects.delete(stock.known(realm, PROJECT, str(row["id"])))
    assert stock.matching(realm, PROJECT, {"deleted_at": None}) == []
    again = put(realm, "project", **row)
    assert stock.matching(realm, PROJECT, {}) == [again]


def test_organization_is_the_given_one(realm: Realm) -> None:
    """An object lies in the organisation that is given, which must exist."""
    acme = realm.directory.create_organization("acme")
    assert put(realm, "project", org_id=acme.id)["org_id"] == acme.id
    with pytest.raises(UnknownMember, match="no organization with the id 'nope'"):
        put(realm, "project", org_id="nope")


def test_rule_of_an_organization_lies_in_it(realm: Realm) -> None:
    """What may lie in any object may lie in an organisation, which must exist."""
    acme = realm.directory.create_organization("acme")
    given = {"object_type": "organization", "object_id": acme.id}
    record = stock.put(realm, KINDS["acl"], given)
    assert (record.parent.id, record.parent.organization_id) == (acme.id, acme.id)
    with pytest.raises(UnknownMember, match="no organization with the id 'nope'"):
        put(realm, "acl", object_type="organization", object_id="nope")


@pytest.mark.parametrize(
    ("kind", "given", "sentence"),
    [
        ("experiment", {}, "every experiment lies in something; give its project_id"),
        ("acl", {"object_type": "project"}, "give its object_id, and the object_type"),
        ("project", {"name": ["a"]}, "the name of a project tells it from others"),
        ("project", {"id": {}}, "the id of a project tells it from others"),
    ],
)
def test_unstorable_object_is_a_sentence(
    realm: Realm, kind: str, given: dict[str, object], sentence: str
) -> None:
    """What the store could not find again is refused."""
    with pytest.raises(Unstorable, match=sentence):
        put(realm, kind, **given)


def test_object_stays_where_it_is(realm: Realm) -> None:
    """Any field can be set but those that say what an object is and where it lies."""
    row = put(realm, "project", name="a")
    id = str(row["id"])
    patched = stock.patch(realm, PROJECT, id, {"created": None, "name": "b", "id": id}).row
    assert (patched["created"], patched["name"]) == (None, "b")
    with pytest.raises(Unstorable, match="the org_id of an object cannot be changed"):
        stock.patch(realm, PROJECT, id, {"org_id": None})
    with pytest.raises(UnknownObject, match="no project 'nope' in the realm 'here'"):
        stock.patch(realm, PROJECT, "nope", {})
    put(realm, "project", name="a")
    with pytest.raises(NameTaken, match="'a' already exists"):
        stock.patch(realm, PROJECT, id, {"name": "a"})


def test_unknown_kind_is_a_sentence() -> None:
    """A kind that does not exist is refused with those that do."""
    with pytest.raises(UnknownObject, match="no kind 'projects' of objects; expected project"):
        stock.kind_named("projects")


def test_children_of_what_is_replaced_stay(realm: Realm) -> None:
    """What lies in an object lies in the one that takes its place, and goes with it."""
    project = put(realm, "project")
    put(realm, "dataset", project_id=project["id"])
    put(realm, "project", **project)
    realm.objects.delete(stock.known(realm, PROJECT, str(project["id"])))
    assert stock.matching(realm, KINDS["dataset"], {"deleted_at": None}) == []


@pytest.mark.parametrize("days", [-1, True, None, "7", float("inf"), float("nan")])
def test_policy_without_a_time_is_a_sentence(realm: Realm, days: object) -> None:
    """How long something is kept is a number."""
    project = put(realm, "project")
    with pytest.raises(Unstorable, match="days are no time"):
        stock.set_policy(realm, str(project["id"]), "dataset", days)


def test_policy_is_for_what_is_retained(realm: Realm) -> None:
    """There are policies for three types, in projects that exist."""
    project = put(realm, "project")
    with pytest.raises(Unstorable, match="no retention of 'prompt'; expected project_logs"):
        stock.set_policy(realm, str(project["id"]), "prompt", 1)
    with pytest.raises(UnknownObject, match="no project 'nope'"):
        stock.set_policy(realm, "nope", "dataset", 1)


def test_policies_are_apart(realm: Realm) -> None:
    """Setting or removing a policy touches neither other projects nor other automations."""
    one, other = (str(put(realm, "project", name=name)["id"]) for name in "ab")
    alert = put(realm, "project_automation", project_id=one, config={"event_type": "logs"})
    broken = put(realm, "project_automation", project_id=one, config=None)
    kept = stock.set_policy(realm, other, "dataset", 1).row
    stock.set_policy(realm, one, "dataset", 2)
    stock.remove_policy(realm, one, "dataset")
    living = [
        row
        for row in stock.matching(realm, KINDS["project_automation"], {})
        if not row.get("deleted_at")
    ]
    assert living == [alert, broken, kept]


def test_nothing_is_provisioned_by_itself(realm: Realm) -> None:
    """What is put calls nobody."""
    project = put(realm, "project")
    stock.set_policy(realm, str(project["id"]), "dataset", 1)
    assert realm.provisioning.outbound == []
    assert asyncio.run(_nobody(realm)) is None


async def _nobody(realm: Realm) -> object:
    return realm.provisioning.status()
