"""The four actions that every kind of object has, and the plain look at one: generic."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_control_plane.objects import NameTaken
from mock_control_plane.routes import scope
from mock_control_plane.routes.refusal import Refusal, absent, custom, invalid
from mock_control_plane.routes.selection import page, selected
from mock_control_plane.routes.validation import identifiers, writable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mock_control_plane.kinds import Kind
    from mock_control_plane.objects import Parent, Record
    from mock_control_plane.routes.call import Call


def register(call: Call) -> dict[str, object]:
    """Make an object, or find the one that has its name; with `update`, change that one."""
    kind = scope.kind_of(call)
    parent = scope.parent_of(call, kind)
    fields = writable(kind, call.fields, complete=True)
    record, found = settle(call, kind, parent, fields)
    if found and not kind.renames and call.fields.get("update") is True:
        record = changed(call, record, fields)
    return registered(call, record, found=found)


def get(call: Call) -> list[Mapping[str, object]]:
    """List the objects that the filters of the call describe, newest first."""
    kind = scope.kind_of(call)
    call.require_read(kind)
    return [record.shown for record in page(call, selected(call, kind))]


def show(call: Call) -> Mapping[str, object]:
    """Show one object, given by id or by whatever describes it."""
    kind = scope.kind_of(call)
    call.require_read(kind)
    id = _id(call, kind)
    if id is not None:
        return scope.known(call, kind.name, id).shown
    record = next(selected(call, kind), None) if call.fields else None
    if record is None:
        raise invalid([absent("id")])
    return record.shown


def patch_id(call: Call) -> Mapping[str, object]:
    """Change fields of the object of this id."""
    kind = scope.kind_of(call)
    record = scope.known(call, kind.name, _required_id(call, kind), access="update")
    return changed(call, record, writable(kind, call.fields, complete=False)).shown


def delete_id(call: Call) -> Mapping[str, object]:
    """Delete the object of this id; its row comes back with the time of its deletion."""
    kind = scope.kind_of(call)
    record = scope.known(call, kind.name, _required_id(call, kind), access="delete")
    return call.world.objects.delete(record).shown


def settle(
    call: Call, kind: Kind, parent: Parent, fields: Mapping[str, object]
) -> tuple[Record, bool]:
    """Return the object whose place the fields describe, and whether it was there before."""
    twin = call.world.objects.find_twin(kind, parent, fields)
    if twin is not None and not (kind.renames and wants_new(call)):
        return twin, True
    return call.world.objects.create(kind, parent, fields, user_id=call.user.id), False


def wants_new(call: Call) -> bool:
    """Tell whether a name that is taken gives way; clients say it in one of two words."""
    return call.fields.get("update") is not True and call.fields.get("ensure_new") is not False


def changed(call: Call, record: Record, fields: Mapping[str, object]) -> Record:
    """Change an object, or refuse the call if its new name is taken."""
    try:
        return call.world.objects.change(record, fields)
    except NameTaken as taken:
        raise Refusal(400, str(taken)) from None


def registered(call: Call, record: Record, *, found: bool) -> dict[str, object]:
    """Answer a registration: the row under its kind, with the project that it lies in."""
    answer: dict[str, object] = {}
    if record.kind.parent == "project" and record.parent.id is not None:
        answer["project"] = scope.known(call, "project", record.parent.id).shown
    return {**answer, record.kind.name: record.shown, "found_existing": found}


def _required_id(call: Call, kind: Kind) -> str:
    id = _id(call, kind)
    if id is None:
        raise invalid([absent("id")])
    return id


def _id(call: Call, kind: Kind) -> str | None:
    ids = identifiers(call.fields, "id", "ids", f"{kind.name}_id")
    if ids is not None and len(ids) != 1:
        raise invalid([custom("id", "Expected exactly one id")])
    return None if ids is None else ids[0]
