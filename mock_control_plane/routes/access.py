"""Access rules. Only one of them has a consequence here: the role Owner of an organisation.

Whoever belongs to an organisation may do everything in it; Owner decides who may impersonate whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mock_control_plane.kinds import BUILT_IN_ROLES
from mock_control_plane.routes import objects
from mock_control_plane.routes.refusal import custom, invalid, missing
from mock_control_plane.routes.validation import identifier

if TYPE_CHECKING:
    from mock_control_plane.routes.call import Call


def register(call: Call) -> dict[str, object]:
    """Add a rule; Owner of an organisation for a user is an explicit grant."""
    user_id = identifier(call.fields, "user_id")
    if user_id is None and identifier(call.fields, "group_id") is None:
        raise invalid([custom("user_id", "Exactly one of user_id and group_id must be given")])
    if not call.fields.get("permission") and identifier(call.fields, "role_id") is None:
        raise invalid([custom("role_id", "Exactly one of permission and role_id must be given")])
    if user_id is not None and user_id not in call.world.directory.users:
        raise missing("user", user_id)
    answer = objects.register(call)
    _follow(call, answer["acl"], granted=True)
    return answer


def delete_id(call: Call) -> Mapping[str, object]:
    """Remove a rule, and the grant that it was."""
    row = objects.delete_id(call)
    _follow(call, row, granted=False)
    return row


def _follow(call: Call, row: object, *, granted: bool) -> None:
    directory = call.world.directory
    owner = {"object_type": "organization", "role_id": BUILT_IN_ROLES["Owner"]}
    if not isinstance(row, Mapping) or any(row[name] != value for name, value in owner.items()):
        return
    if row["user_id"] is not None:
        change = directory.grant_ownership if granted else directory.withdraw_ownership
        change(row["user_id"], row["object_id"])
