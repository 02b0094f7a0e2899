"""What a call is about: the organisation, the project or the other object that it names.

Whatever lies outside the caller's organisations does not exist for him.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from mock_control_plane.kinds import KINDS, Kind
from mock_control_plane.objects import Parent, Record
from mock_control_plane.routes.refusal import Refusal, absent, invalid, missing
from mock_control_plane.routes.validation import identifier, name_of, required_identifier, text

if TYPE_CHECKING:
    from mock_control_plane.identities import Organization
    from mock_control_plane.routes.call import Call

# Types of access rules that stand for an object of another type.
ALIASES: Final = {
    "org_member": "organization",
    "org_project": "organization",
    "project_log": "project",
    "project_logs": "project",
    "playground_logs": "prompt_session",
}


def kind_of(call: Call) -> Kind:
    """Return the kind that the path names."""
    kind = KINDS.get(call.kind)
    if kind is None:
        raise Refusal(404, f"Not Found: {call.kind!r} is not a kind of object")
    return kind


def named_organization(call: Call) -> Organization | None:
    """Return the organisation that the call names by id or name, if it names one."""
    id = identifier(call.fields, "org_id", "organization_id")
    name = text(call.fields, "org_name")
    for organization in call.organizations:
        if organization.id == id or (id is None and organization.name == name):
            return organization
    if id is not None:
        raise missing("organization", id)
    if name:
        raise missing("organization", name, by="name")
    return None


def organization_of(call: Call) -> Organization:
    """Return the organisation that the call names, otherwise the caller's first one."""
    organization = named_organization(call) or next(iter(call.organizations), None)
    if organization is None:
        raise Refusal(400, "The user is not part of any organization; add him to one")
    return organization


def find(call: Call, kind: str, id: str) -> Record | None:
    """Find an object that the caller may see."""
    record = call.world.objects.find(kind, id)
    if record is None:
        return None
    owner = record.parent.organization_id
    return record if owner is None or owner in call.user.organizations else None


def known(call: Call, kind: str, id: str, *, access: str = "read") -> Record:
    """Return an object that the caller may see, or refuse the call."""
    record = find(call, kind, id)
    if record is None or (access != "read" and record.parent.organization_id is None):
        raise missing(kind, id, access=access)
    return record


def parent_of(call: Call, kind: Kind) -> Parent:
    """Return what a new object of this kind lies in; a project named only is made."""
    if kind.parent == "organization":
        organization = organization_of(call)
        return Parent(organization.id, organization.id)
    if kind.parent == "project":
        return inside(project_of(call))
    if kind.parent == "object":
        return _object(call)
    return inside(known(call, kind.parent, required_identifier(call.fields, kind.parent_field)))


def project_of(call: Call) -> Record:
    """Return the project that the call names by id, or by name, in which case it is made."""
    id = identifier(call.fields, "project_id")
    if id is not None:
        return known(call, "project", id)
    kind = KINDS["project"]
    if not call.fields.get("project_name"):
        raise invalid([absent("project_id")])
    name = name_of(kind, {"project_name": call.fields["project_name"]})
    organization = organization_of(call)
    record = call.world.objects.find_by_key(kind, organization.id, name)
    if record is not None:
        return record
    parent = Parent(organization.id, organization.id)
    return call.world.objects.create(kind, parent, {"name": name}, user_id=call.user.id)


def inside(record: Record) -> Parent:
    """Return an object as the parent of others."""
    return Parent(record.id, record.parent.organization_id)


def _object(call: Call) -> Parent:
    object_type = text(call.fields, "object_type")
    if object_type is None:
        raise invalid([absent("object_type")])
    id = required_identifier(call.fields, "object_id")
    kind = ALIASES.get(object_type, object_type)
    if kind == "organization":
        if id not in call.user.organizations:
            raise missing(object_type, id)
        return Parent(id, id)
    record = find(call, kind, id) if kind in KINDS else None
    if record is None:
        raise missing(object_type, id)
    return inside(record)
