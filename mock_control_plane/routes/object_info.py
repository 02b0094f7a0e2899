"""Names of objects and of what they lie in, many at a time; what is not visible is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_control_plane.kinds import KINDS
from mock_control_plane.routes import scope
from mock_control_plane.routes.refusal import absent, invalid
from mock_control_plane.routes.validation import identifiers, text

if TYPE_CHECKING:
    from mock_control_plane.objects import Record
    from mock_control_plane.routes.call import Call


def get_object_info(call: Call) -> list[dict[str, object]]:
    """Tell the names of the objects of these ids and of their parents."""
    object_type = text(call.fields, "object_type")
    ids = identifiers(call.fields, "object_ids", "object_id", "ids", "id")
    if object_type is None or ids is None:
        raise invalid([absent("object_type" if object_type is None else "object_ids")])
    kind = scope.ALIASES.get(object_type, object_type)
    call.require_read(KINDS.get(kind))
    if kind == "organization":
        own = {organization.id: organization.name for organization in call.organizations}
        return [_row(id, own[id], {}) for id in ids if id in own]
    found = (scope.find(call, kind, id) for id in ids) if kind in KINDS else ()
    return [_row(each.id, each.name, _parents(call, each)) for each in found if each is not None]


def _row(id: str, name: str | None, parents: dict[str, object]) -> dict[str, object]:
    return {"object_id": id, "object_name": name, "parent_cols": parents}


def _parents(call: Call, record: Record) -> dict[str, object]:
    parents: dict[str, object] = {}
    above = _parent(call, record)
    while above is not None:
        parents[above.kind.name] = {"id": above.id, "name": above.name}
        above = _parent(call, above)
    organization = call.world.directory.organizations.get(record.parent.organization_id or "")
    if organization is not None:
        parents["organization"] = {"id": organization.id, "name": organization.name}
    return parents


def _parent(call: Call, record: Record) -> Record | None:
    kind, id = record.kind.parent, record.parent.id
    return None if kind not in KINDS or id is None else scope.find(call, kind, id)
