"""Access rules are kept, and Owner of an organisation permits impersonation."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from mock_control_plane.kinds import BUILT_IN_ROLES
from tests.mock_control_plane.api import new_caller

if TYPE_CHECKING:
    from mock_control_plane.app import World
    from tests.mock_control_plane.api import Caller


def owner_rule(caller: Caller, user_id: str) -> dict[str, object]:
    """The rule by which the vendor's guide makes somebody Owner."""
    (organization,) = caller.user.organizations
    return {
        "object_type": "organization",
        "object_id": organization,
        "user_id": user_id,
        "role_id": BUILT_IN_ROLES["Owner"],
    }


def may_impersonate(caller: Caller, other: Caller) -> bool:
    """Whether a caller can act as another one."""
    return caller.post("/api/self/me", {}, x_bt_impersonate_user=other.user.id).is_success


def test_owner_may_impersonate_until_the_rule_is_deleted(world: World, caller: Caller) -> None:
    """The guide's way: look up the role, add the rule, impersonate."""
    other = new_caller(world)
    (role,) = caller.ids("role", role_name="Owner")
    assert role == BUILT_IN_ROLES["Owner"]
    row = caller.row("acl", **owner_rule(caller, caller.user.id.upper()))
    assert row["_object_org_id"] == caller.user.organizations[0]
    assert may_impersonate(caller, other)
    caller.post("/api/acl/delete_id", {"id": row["id"]})
    assert not may_impersonate(caller, other)


@pytest.mark.parametrize(
    "change",
    [
        {"role_id": BUILT_IN_ROLES["Viewer"]},
        {"role_id": None, "permission": "read"},
        {"object_type": "org_project"},
        {"user_id": None, "group_id": str(uuid4())},
    ],
    ids=["another-role", "permission", "another-type", "group"],
)
def test_no_other_rule_permits_it(world: World, caller: Caller, change: dict[str, object]) -> None:
    """Only Owner, for the user himself, on the organisation itself counts."""
    other = new_caller(world)
    caller.row("acl", **{**owner_rule(caller, caller.user.id), **change})
    assert not may_impersonate(caller, other)


def test_same_rule_is_found_again(caller: Caller) -> None:
    """A rule is there once, and rules are listed by what they are about."""
    rule = owner_rule(caller, caller.user.id)
    row = caller.row("acl", **rule)
    assert caller.row("acl", **rule) == row
    fields = {"object_type": "organization", "object_id": rule["object_id"]}
    assert caller.ids("acl", **fields) == [row["id"]]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"user_id": None}, "user_id and group_id"),
        ({"role_id": None}, "permission and role_id"),
        ({"user_id": str(uuid4())}, "Missing read access to user id"),
        ({"object_id": str(uuid4())}, "Missing read access to organization id"),
    ],
    ids=["nobody", "nothing", "unknown-user", "unknown-organization"],
)
def test_rule_that_says_nothing_is_refused(
    caller: Caller, change: dict[str, object], what: str
) -> None:
    """A rule names a user or a group that exists, an object that exists, and a right."""
    answer = caller.post("/api/acl/register", {**owner_rule(caller, caller.user.id), **change})
    assert answer.status_code == 400
    assert what in answer.text
