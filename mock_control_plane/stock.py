"""What a test puts into a realm and looks up in it, past the API: objects, and policies.

Nothing is checked but what the store itself could not bear.
"""

from __future__ import annotations

import math
import secrets
from typing import TYPE_CHECKING, Final

from mock_control_plane.answers import RETAINED
from mock_control_plane.kinds import KINDS, Kind
from mock_control_plane.objects import Parent, Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mock_control_plane.realms import Realm

    Fields = Mapping[str, object]

AUTOMATION: Final = "project_automation"
RETENTION: Final = "retention"


class Unstorable(ValueError):
    """An object cannot be stored as it was given; one sentence."""


class UnknownObject(ValueError):
    """There is no such kind, object or policy in the realm."""


def kind_named(name: str) -> Kind:
    """Return a kind by its name."""
    if name not in KINDS:
        raise UnknownObject(f"there is no kind {name!r} of objects; expected {', '.join(KINDS)}")
    return KINDS[name]


def put(realm: Realm, kind: Kind, given: Fields) -> Record:
    """Store an object as it is given."""
    parent = _parent(realm, kind, given)
    name = {"name": f"{kind.name}-{secrets.token_hex(4)}"} if kind.named else {}
    row = name | {kind.parent_field: parent.id} | dict(given)
    _check(kind, row)
    return realm.objects.put(kind, parent, row)


def patch(realm: Realm, kind: Kind, id: str, fields: Fields) -> Record:
    """Set fields of a living object."""
    record = known(realm, kind, id)
    for name in ("id", kind.parent_field):
        if name in fields and fields[name] != record.row[name]:
            raise Unstorable(f"the {name} of an object cannot be changed; put another object")
    _check(kind, fields)
    return realm.objects.patch(record, fields)


def known(realm: Realm, kind: Kind, id: str) -> Record:
    """Return a living object."""
    record = realm.objects.find(kind.name, id)
    if record is None:
        raise UnknownObject(f"there is no {kind.name} {id!r} in the realm {realm.name!r}")
    return record


def matching(realm: Realm, kind: Kind, where: Fields) -> list[Fields]:
    """Return the rows with these fields, the oldest first, deleted ones with `deleted_at`."""
    rows = (record.row for record in realm.objects.all(kind.name))
    return [row for row in rows if all(row.get(name) == value for name, value in where.items())]


def set_policy(realm: Realm, project_id: str, object_type: object, days: object) -> Record:
    """Say how long a project keeps what it has of one type."""
    if object_type not in RETAINED:
        raise Unstorable(
            f"there is no retention of {object_type!r}; expected {', '.join(RETAINED)}"
        )
    if isinstance(days, bool) or not isinstance(days, int | float) or not 0 <= days < math.inf:
        raise Unstorable(f"{days!r} days are no time; expected a number, at least 0")
    project = known(realm, KINDS["project"], project_id)
    config = {"event_type": RETENTION, "object_type": object_type, "retention_days": days}
    policy = _policy(realm, project_id, str(object_type))
    if policy is not None:
        return realm.objects.patch(policy, {"config": config})
    row = {"name": f"{RETENTION} of {object_type}", "project_id": project.id, "config": config}
    return put(realm, KINDS[AUTOMATION], row)


def remove_policy(realm: Realm, project_id: str, object_type: str) -> None:
    """Take back how long a project keeps what it has of one type."""
    policy = _policy(realm, project_id, object_type)
    if policy is None:
        raise UnknownObject(
            f"the project {project_id!r} has no policy for {object_type!r} in the realm"
            f" {realm.name!r}; set one first"
        )
    realm.objects.delete(policy)


def _policy(realm: Realm, project_id: str, object_type: str) -> Record | None:
    wanted = {"event_type": RETENTION, "object_type": object_type}
    for record in realm.objects.all(AUTOMATION):
        config = record.row["config"]
        about = isinstance(config, dict) and {**config, **wanted} == config
        if about and record.parent.id == project_id and record.row.get("deleted_at") is None:
            return record
    return None


def _parent(realm: Realm, kind: Kind, given: Fields) -> Parent:
    id = given.get(kind.parent_field)
    if kind.parent == "organization":
        id = realm.directory.organization_of(None if id is None else str(id)).id
        return Parent(id, id)
    type = given.get("object_type") if kind.parent == "object" else kind.parent
    if type == "organization":
        id = realm.directory.organization_of(str(id)).id
        return Parent(id, id)
    if type not in KINDS or id is None:
        raise Unstorable(
            f"every {kind.name} lies in something; give its {kind.parent_field}"
            + (", and the object_type of that" if kind.parent == "object" else "")
        )
    record = known(realm, KINDS[str(type)], str(id))
    return Parent(record.id, record.parent.organization_id)


def _check(kind: Kind, row: Fields) -> None:
    for name in ("id", *kind.key):
        if isinstance(row.get(name), dict | list):
            raise Unstorable(
                f"the {name} of a {kind.name} tells it from others; expected a text, not a"
                f" {type(row[name]).__name__}"
            )
