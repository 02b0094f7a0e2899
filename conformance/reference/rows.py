"""Rows of logs, experiments and datasets: merged, replaced, deleted, and read as of a version.

Every write makes a new version of a row and closes the one before; nothing is overwritten.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from conformance.reference import merging
from conformance.reference.bodies import invalid, storable
from conformance.reference.store import written_at

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.reference.store import Store, Value

    Row = dict[str, object]

NOT_KEPT = frozenset(
    (
        *("_is_merge", "_merge_paths", "_object_delete", "_parent_id", "_audit_source"),
        *("_audit_metadata", "_xact_id", "_pagination_key", "comment", "is_root", "log_id"),
        *("project_id", "org_id", "experiment_id", "dataset_id", "prompt_session_id"),
    )
)
VISIBLE = "superseded IS NULL"
VISIBLE_AT = "xact_id <= ? AND (superseded IS NULL OR superseded > ?)"


@dataclass(frozen=True, slots=True)
class Target:
    """What rows are written into: an object, what every row of it repeats, and who is billed."""

    type: str
    id: str
    name: str
    owner: Mapping[str, object]
    org_id: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of some traces, newest first, and where the next page begins, if there is one."""

    rows: list[dict[str, object]]
    cursor: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """A row as retention sees it: when it was made, by its own word, and when it was written."""

    id: str
    created: object
    written: datetime


class Rows:
    """The rows of every object, in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def write(self, target: Target, row: Mapping[str, object], xact_id: int) -> str:
        """Write one row as it came from a client and return the id of the row that it concerns."""
        if isinstance(row.get("comment"), dict):
            return self._comment(target, row, xact_id)
        id = row_id(row.get("id"))
        before = self._current(target, id)
        if row.get("_object_delete") is True:
            self._close(target, id, xact_id)
        elif before is not None and row.get("_is_merge") is True:
            after = merging.merge(before[1], _kept(row), row.get("_merge_paths"))
            self._put(target, id, after, xact_id)
        else:
            self._put(target, id, self._complete(target, id, row, before), xact_id)
        return id

    def find(self, target: Target, id: str) -> dict[str, object] | None:
        """Find the present version of a row."""
        current = self._current(target, id)
        return None if current is None else shown(target, *current)

    def read(self, target: Target, version: int | None = None) -> list[dict[str, object]]:
        """Return every row, newest first, as of a version if one is given."""
        visible, values = _visible(version)
        found = self._store.ask(
            "SELECT position, data FROM rows WHERE object_type = ? AND object_id = ? "
            f"AND {visible} ORDER BY position DESC",
            (target.type, target.id, *values),
        )
        return [shown(target, _int(position), _loaded(data)) for position, data in found]

    def page(
        self, target: Target, *, version: int | None, limit: int | None, before: int | None
    ) -> Page:
        """Return whole traces, newest first, beginning below a position."""
        visible, values = _visible(version)
        wanted = 1000 if limit is None else limit
        traces = self._store.ask(
            "SELECT root_span_id, min(position) AS first FROM rows WHERE object_type = ? "
            f"AND object_id = ? AND {visible} GROUP BY root_span_id HAVING first < ? "
            "ORDER BY first DESC LIMIT ?",
            (target.type, target.id, *values, 2**62 if before is None else before, wanted + 1),
        )
        shown_traces = traces[:wanted]
        roots = [root for root, _ in shown_traces]
        found = self._store.ask(
            "SELECT position, data FROM rows WHERE object_type = ? AND object_id = ? "
            f"AND {visible} AND root_span_id IN ({','.join('?' * len(roots))}) "
            "ORDER BY position DESC",
            (target.type, target.id, *values, *roots),
        )
        more = len(traces) > wanted and wanted > 0
        return Page(
            [shown(target, _int(position), _loaded(data)) for position, data in found],
            str(shown_traces[-1][1]) if more else None,
        )

    def newest(self, type: str, id: str) -> list[Version]:
        """Return the newest version of every row that an object has or had."""
        found = self._store.ask(
            "SELECT id, max(version), xact_id, data FROM rows "
            "WHERE object_type = ? AND object_id = ? GROUP BY id",
            (type, id),
        )
        return [
            Version(str(row), _loaded(data).get("created"), written_at(_int(xact_id)))
            for row, _, xact_id, data in found
        ]

    def purge(self, type: str, id: str, rows: Iterable[str]) -> None:
        """Remove every version of these rows of an object, for ever."""
        for row in rows:
            self._store.ask(
                "DELETE FROM rows WHERE object_type = ? AND object_id = ? AND id = ?",
                (type, id, row),
            )

    def _comment(self, target: Target, row: Mapping[str, object], xact_id: int) -> str:
        origin = row.get("origin")
        id = row_id(origin.get("id") if isinstance(origin, dict) else None)
        current = self._current(target, id)
        data = self._complete(target, id, {}, None) if current is None else current[1]
        comment = {
            "id": row_id(row.get("id")),
            "created": row.get("created") or now(),
            "comment": row["comment"],
            "source": row.get("_audit_source"),
        }
        earlier = data.get("comments")
        comments = [*(earlier if isinstance(earlier, list) else []), comment]
        self._put(target, id, {**data, "comments": comments}, xact_id)
        return id

    def _complete(
        self, target: Target, id: str, row: Mapping[str, object], before: tuple[int, Row] | None
    ) -> Row:
        parent = self._parent(target, row.get("_parent_id"))
        span_id = row.get("span_id") or id
        data: Row = {
            "span_id": span_id,
            "root_span_id": parent["root_span_id"] if parent else span_id,
            "span_parents": [parent["span_id"]] if parent else None,
            "created": now(),
        }
        if before is not None:
            data["comments"] = before[1].get("comments")
        given = {name: value for name, value in _kept(row).items() if value is not None}
        return merging.checked({**data, **given})

    def _parent(self, target: Target, id: object) -> Row | None:
        current = self._current(target, id) if isinstance(id, str) and storable(id) else None
        return None if current is None else current[1]

    def _current(self, target: Target, id: str) -> tuple[int, Row] | None:
        found = self._store.ask(
            "SELECT position, data FROM rows "
            f"WHERE object_type = ? AND object_id = ? AND id = ? AND {VISIBLE}",
            (target.type, target.id, id),
        )
        return (_int(found[0][0]), _loaded(found[0][1])) if found else None

    def _close(self, target: Target, id: str, xact_id: int) -> None:
        self._store.ask(
            "UPDATE rows SET superseded = ? "
            f"WHERE object_type = ? AND object_id = ? AND id = ? AND {VISIBLE}",
            (xact_id, target.type, target.id, id),
        )

    def _put(self, target: Target, id: str, data: Row, xact_id: int) -> None:
        data = {**merging.checked(data), "id": id, "_xact_id": str(xact_id)}
        before = self._current(target, id)
        self._close(target, id, xact_id)
        position = "(SELECT coalesce(max(version), 0) + 1 FROM rows)" if before is None else "?"
        self._store.ask(
            "INSERT INTO rows (object_type, object_id, id, root_span_id, xact_id, data, position) "
            f"VALUES (?, ?, ?, ?, ?, ?, {position})",
            (
                *(target.type, target.id, id, str(data["root_span_id"]), xact_id),
                json.dumps(data),
                *(() if before is None else (before[0],)),
            ),
        )


def shown(target: Target, position: int, data: Row) -> Row:
    """Return a row as clients see it."""
    return {
        **data,
        **target.owner,
        "_pagination_key": f"p{position:020d}",
        "is_root": not data.get("span_parents"),
    }


def row_id(value: object) -> str:
    """Return the id of a row, a new one if none is given."""
    if value is None:
        return str(uuid.uuid4())
    if not isinstance(value, str) or not value or not storable(value):
        raise invalid("Expected a string that is not empty", "id")
    return value


def now() -> str:
    """Return the time as rows carry it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _kept(row: Mapping[str, object]) -> Row:
    return {name: value for name, value in row.items() if name not in NOT_KEPT}


def _visible(version: int | None) -> tuple[str, Iterable[Value]]:
    return (VISIBLE, ()) if version is None else (VISIBLE_AT, (version, version))


def _loaded(data: Value) -> Row:
    loaded: Row = json.loads(str(data))
    return loaded


def _int(value: Value) -> int:
    return int(value or 0)
