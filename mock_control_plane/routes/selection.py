"""Which objects a call describes, by id, parent, name or any field, and which page of them."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING

from mock_control_plane.kinds import KINDS, TYPES, Kind
from mock_control_plane.routes import scope
from mock_control_plane.routes.refusal import custom, invalid, missing, wrong_type
from mock_control_plane.routes.validation import identifier, identifiers, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from mock_control_plane.objects import Record
    from mock_control_plane.routes.call import Call


def selected(call: Call, kind: Kind) -> Iterator[Record]:
    """Yield what the filters of a call describe, newest first."""
    named = scope.named_organization(call)
    organizations = call.user.organizations if named is None else (named.id,)
    wanted = _wanted(kind, call.fields)
    parents = _parent_ids(call, kind, organizations)
    ids = identifiers(call.fields, "id", "ids", f"{kind.name}_id")
    if ids is not None:
        found = (scope.find(call, kind.name, id) for id in dict.fromkeys(ids))
        records: Iterable[Record] = sorted(filter(None, found), key=_age)
    else:
        records = _within(call, kind, parents, wanted)
    for record in records:
        owner = record.parent.organization_id
        inside = parents is None or record.parent.id in parents
        if inside and (owner is None or owner in organizations) and _matches(record.row, wanted):
            yield record


def page(call: Call, records: Iterable[Record]) -> Iterable[Record]:
    """Cut the page out of the records that the call asks for by cursor and limit."""
    limit = limit_of(call.fields)
    after = _number(call, "starting_after")
    before = _number(call, "ending_before")
    if after is not None and before is not None:
        raise invalid([custom("ending_before", "Cannot be combined with starting_after")])
    if after is not None:
        records = (record for record in records if record.number < after)
    if before is not None:
        newer = [record for record in records if record.number > before]
        return newer if limit is None else newer[max(0, len(newer) - limit) :]
    return islice(records, limit)


def _within(
    call: Call, kind: Kind, parents: tuple[str, ...] | None, wanted: Mapping[str, object]
) -> Iterable[Record]:
    objects, own = call.world.objects, call.user.organizations
    if parents is None:
        return objects.select(kind.name, own)
    name = wanted.get("name")
    if kind.key == ("name",) and isinstance(name, str):
        found = (objects.find_by_key(kind, parent, name) for parent in parents)
        return sorted(filter(None, found), key=_age)
    lists = [objects.select(kind.name, own, parent) for parent in parents]
    return lists[0] if len(lists) == 1 else sorted(chain(*lists), key=_age)


def _parent_ids(call: Call, kind: Kind, organizations: tuple[str, ...]) -> tuple[str, ...] | None:
    if kind.parent == "organization":
        # Built-in roles lie in no organisation, and in every one.
        return None if kind.name == "role" else organizations
    id = identifier(call.fields, kind.parent_field)
    if id is not None:
        return (id,)
    name = text(call.fields, "project_name")
    if kind.parent != "project" or name is None:
        return None
    project = KINDS["project"]
    found = (call.world.objects.find_by_key(project, each, name) for each in organizations)
    return tuple(record.id for record in found if record is not None)


def _wanted(kind: Kind, fields: Mapping[str, object]) -> dict[str, object]:
    scalar = (name for name in kind.fields if TYPES[name] in ("string", "uuid", "boolean"))
    columns = {name: fields[name] for name in scalar if fields.get(name) is not None}
    for name in ("name", f"{kind.name}_name"):
        if kind.named and fields.get(name) is not None:
            columns["name"] = fields[name]
    for name, value in columns.items():
        if isinstance(value, dict):
            raise invalid([wrong_type(name, "string", value)])
    return columns


def _matches(row: Mapping[str, object], wanted: Mapping[str, object]) -> bool:
    return all(
        row[name] in value if isinstance(value, list) else row[name] == value
        for name, value in wanted.items()
    )


def limit_of(fields: Mapping[str, object]) -> int | None:
    """Read how many objects are wanted at most; None is all of them."""
    value = fields.get("limit")
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    if value is None:
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise invalid([wrong_type("limit", "number", value)])
    if value < 0:
        raise invalid([custom("limit", "Number must be greater than or equal to 0")])
    return min(value, 10**9)


def _number(call: Call, name: str) -> int | None:
    id = identifier(call.fields, name)
    if id is None:
        return None
    number = call.world.objects.number_of(id)
    if number is None:
        raise missing("object", id)
    return number


def _age(record: Record) -> int:
    return -record.number
