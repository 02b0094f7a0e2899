"""What exists in one realm: the objects of every kind, by id, by name and by age.

Pure and in memory; who may see an object, and how it is asked for, is in `routes`.
"""

from __future__ import annotations

import itertools
import re
import secrets
import time
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from mock_control_plane.kinds import BUILT_IN_ROLES, KINDS, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

# Transaction ids count seconds and then changes below a fixed top, so that they begin with "1000".
_XACT_TOP: Final = 0x0DE1 << 48


class NameTaken(ValueError):
    """Another living object of the same parent has the name, or whatever else must be unique."""


@dataclass(frozen=True, slots=True)
class Parent:
    """What an object lies in; without an organisation it belongs to all of them."""

    id: str | None
    organization_id: str | None


@dataclass(frozen=True, slots=True)
class Record:
    """An object as it was at one moment; `number` grows with every object that is made."""

    kind: Kind
    number: int
    parent: Parent
    row: Mapping[str, object]

    @property
    def id(self) -> str:
        """The id of the object."""
        return str(self.row["id"])

    @property
    def name(self) -> str | None:
        """The name of the object, if its kind has names."""
        name = self.row.get("name")
        return None if name is None else str(name)

    @property
    def shown(self) -> Mapping[str, object]:
        """The row without what is never shown again."""
        if not self.kind.hidden:
            return self.row
        return {name: value for name, value in self.row.items() if name not in self.kind.hidden}


class Objects:
    """Every object of one realm. Rows that were handed out never change.

    Not locked: only the thread of the event loop that serves the realm may use it.
    """

    def __init__(self) -> None:
        self._living: dict[str, dict[str, Record]] = {name: {} for name in KINDS}
        self._children: defaultdict[tuple[str, str | None], dict[str, Record]] = defaultdict(dict)
        self._keys: dict[tuple[object, ...], str] = {}
        self._deleted: dict[str, dict[str, Record]] = {name: {} for name in KINDS}
        self._numbers: dict[str, int] = {}
        self._count = itertools.count(1)
        for name, id in BUILT_IN_ROLES.items():
            self.create(KINDS["role"], Parent(None, None), {"id": id, "name": name})

    def find(self, kind: str, id: str) -> Record | None:
        """Find the living object of this id."""
        return self._living[kind].get(id)

    def find_by_key(self, kind: Kind, parent_id: str | None, *key: object) -> Record | None:
        """Find the living object by its parent and what is unique in it, mostly its name."""
        id = self._keys.get((kind.name, parent_id, *key))
        return None if id is None else self._living[kind.name][id]

    def find_twin(self, kind: Kind, parent: Parent, fields: Mapping[str, object]) -> Record | None:
        """Find the living object whose place a new one with these fields would take."""
        return self.find_by_key(kind, parent.id, *(fields.get(name) for name in kind.key))

    def select(
        self, kind: str, organizations: Collection[str], parent_id: str | None = None
    ) -> Iterator[Record]:
        """Yield living objects of these organisations, and built-in ones, newest first."""
        if parent_id is None:
            candidates = self._living[kind]
        else:
            candidates = self._children.get((kind, parent_id), {})
        for record in reversed(candidates.values()):
            organization_id = record.parent.organization_id
            if organization_id is None or organization_id in organizations:
                yield record

    def all(self, kind: str) -> list[Record]:
        """Return every object of a kind, the oldest first, deleted ones with `deleted_at`."""
        records = (*self._living[kind].values(), *self._deleted[kind].values())
        return sorted(records, key=lambda record: record.number)

    def number_of(self, id: str) -> int | None:
        """Tell when an object was made in relation to others, also after its deletion."""
        return self._numbers.get(id)

    def create(
        self,
        kind: Kind,
        parent: Parent,
        fields: Mapping[str, object],
        *,
        user_id: str | None = None,
    ) -> Record:
        """Add an object; where its kind gives way to a twin, under a new name."""
        fields = dict(fields)
        if self.find_twin(kind, parent, fields) is not None:
            if not kind.renames:
                raise NameTaken(_taken(kind, fields))
            fields["name"] = f"{fields['name']}-{secrets.token_hex(4)}"
        number = next(self._count)
        record = Record(kind, number, parent, _complete_row(kind, parent, fields, user_id, number))
        self._numbers[record.id] = record.number
        self._store(record)
        return record

    def put(self, kind: Kind, parent: Parent, given: Mapping[str, object]) -> Record:
        """Store an object as it is given, unchecked, in place of the one that has its id."""
        number = next(self._count)
        row = {**_complete_row(kind, parent, given, None, number), **given}
        record = Record(kind, number, parent, row)
        self._set(self.find(kind.name, record.id), record)
        self._deleted[kind.name].pop(record.id, None)
        self._numbers[record.id] = record.number
        return record

    def patch(self, record: Record, fields: Mapping[str, object]) -> Record:
        """Set fields of an object, unchecked; it stays what it is and where it lies."""
        kept = {name: record.row[name] for name in ("id", record.kind.parent_field)}
        changed = Record(
            record.kind, record.number, record.parent, {**record.row, **fields, **kept}
        )
        self._set(record, changed)
        return changed

    def _set(self, old: Record | None, new: Record) -> None:
        twin = self.find_twin(new.kind, new.parent, new.row)
        if twin is not None and twin.id != new.id:
            raise NameTaken(_taken(new.kind, new.row))
        if old is not None:
            del self._keys[_key(old)]
            self._children[old.kind.name, old.parent.id].pop(old.id, None)
        self._store(new)

    def change(self, record: Record, changes: Mapping[str, object]) -> Record:
        """Change fields of an object: objects in them are merged, None leaves a field as it is."""
        given = {name: value for name, value in changes.items() if value is not None}
        row = {**record.row, **{n: _merged(n, record.row.get(n), v) for n, v in given.items()}}
        if "_xact_id" in row:
            row["_xact_id"] = transaction_id(next(self._count))
        if "updated_at" in row:
            row["updated_at"] = now()
        twin = self.find_twin(record.kind, record.parent, row)
        if twin is not None and twin.id != record.id:
            raise NameTaken(_taken(record.kind, row))
        del self._keys[_key(record)]
        changed = Record(record.kind, record.number, record.parent, row)
        self._store(changed)
        return changed

    def delete(self, record: Record) -> Record:
        """Delete an object and all that lies in it; its name is free from now on."""
        for name in KINDS:
            for child in list(self._children.pop((name, record.id), {}).values()):
                self.delete(child)
        del self._living[record.kind.name][record.id]
        del self._keys[_key(record)]
        self._children.get((record.kind.name, record.parent.id), {}).pop(record.id, None)
        row = {**record.row, "deleted_at": now()}
        if "_xact_id" in row:
            row |= {"_xact_id": transaction_id(next(self._count)), "_object_delete": True}
        deleted = Record(record.kind, record.number, record.parent, row)
        self._deleted[record.kind.name][record.id] = deleted
        return deleted

    def _store(self, record: Record) -> None:
        self._living[record.kind.name][record.id] = record
        self._children[record.kind.name, record.parent.id][record.id] = record
        self._keys[_key(record)] = record.id


def transaction_id(number: int) -> str:
    """Return a transaction id of this second; ids of one second differ by the number."""
    return str(_XACT_TOP | int(time.time()) << 16 | number & 0xFFFF)


def now() -> str:
    """Return the time as control planes write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _key(record: Record) -> tuple[object, ...]:
    row = record.row
    return (record.kind.name, record.parent.id, *(row.get(name) for name in record.kind.key))


def _complete_row(
    kind: Kind,
    parent: Parent,
    fields: Mapping[str, object],
    user_id: str | None,
    number: int,
) -> dict[str, object]:
    row = _new_row(kind, parent, fields, user_id)
    return row | {name: _generated(name, row, parent, number) for name in kind.generated}


def _new_row(
    kind: Kind, parent: Parent, fields: Mapping[str, object], user_id: str | None
) -> dict[str, object]:
    row: dict[str, object] = {"id": fields.get("id") or str(uuid.uuid4())}
    row[kind.parent_field] = parent.id
    if kind.named:
        row["name"] = fields["name"]
    row |= {
        name: default if fields.get(name) is None else fields[name]
        for name, default in kind.fields.items()
    }
    stamps = {"created": now(), "deleted_at": None, "user_id": user_id}
    row |= {name: stamps[name] for name in kind.stamps}
    return row


def _generated(name: str, row: Mapping[str, object], parent: Parent, number: int) -> object:
    match name:
        case "_xact_id":
            return transaction_id(number)
        case "log_id":
            return "p"
        case "org_id" | "_object_org_id":
            return parent.organization_id
        case "url_slug" | "slug":
            return f"{_slug(str(row['name']))}-{str(row['id'])[:4]}"
        case "preview_secret":
            return f"********{str(row.get('secret') or '')[-4:]}"
        case "secret_category":
            return "env_var"
        case "updated_at":
            return row["created"]
    return None


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "object"


def _merged(name: str, old: object, new: object) -> object:
    # A config is one of several shapes: what is left of another shape would make it none of them.
    if name == "config" or not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    return {**old, **{key: _merged(key, old.get(key), value) for key, value in new.items()}}


def _taken(kind: Kind, fields: Mapping[str, object]) -> str:
    unique = ", ".join(f"{name} {fields.get(name)!r}" for name in kind.key)
    return f"A {kind.name} with the {unique} already exists; choose another, or change that one"
