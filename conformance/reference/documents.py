"""Prompts and functions: customer data that lives here, each change a new version."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.reference.store import Store, Value

    Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which documents a list asks for; what is None restricts nothing."""

    kind: str
    organizations: Sequence[str]
    projects: Sequence[str] | None = None
    ids: Sequence[str] | None = None
    name: str | None = None
    slug: str | None = None
    version: int | None = None
    limit: int | None = None
    starting_after: str | None = None
    ending_before: str | None = None


class Documents:
    """The prompts and functions of every project, in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, kind: str, id: str, version: int | None = None) -> Row | None:
        """Find a document by its id, as of a version if one is given."""
        return self._first("id = ?", (id,), kind, version)

    def find_by_slug(self, kind: str, project_id: str, slug: str) -> Row | None:
        """Find the present document of that slug in a project."""
        return self._first("project_id = ? AND slug = ?", (project_id, slug), kind, None)

    def select(self, selection: Selection) -> list[Row]:
        """Return the documents that are asked for, newest first."""
        conditions, values = _conditions(selection)
        order = "DESC"
        for bound, sign in ((selection.starting_after, "<"), (selection.ending_before, ">")):
            if bound is not None:
                conditions.append(f"position {sign} coalesce(({_POSITION}), 0)")
                values += [selection.kind, bound]
        if selection.ending_before is not None:
            order = "ASC"
        limit = -1 if selection.limit is None else selection.limit
        found = self._store.ask(
            f"SELECT data FROM documents WHERE {' AND '.join(conditions)} "
            f"ORDER BY position {order} LIMIT ?",
            (*values, limit),
        )
        rows = [_loaded(data) for (data,) in found]
        return rows if order == "DESC" else rows[::-1]

    def history(self, kind: str, project_id: str) -> list[Row]:
        """Return every version of every document of a project, newest first."""
        found = self._store.ask(
            "SELECT data FROM documents WHERE kind = ? AND project_id = ? ORDER BY version DESC",
            (kind, project_id),
        )
        return [_loaded(data) for (data,) in found]

    def write(self, kind: str, row: Mapping[str, object]) -> Row:
        """Store a document under its id, a new one or a new version, and return it."""
        xact_id = self._store.next_xact()
        written = {**row, "_xact_id": str(xact_id)}
        id = str(row["id"])
        newest = "SELECT coalesce(max(version), 0) + 1 FROM documents"
        with self._store.transaction():
            self._close(kind, id, xact_id)
            self._store.ask(
                "INSERT INTO documents "
                "(kind, id, org_id, project_id, name, slug, xact_id, data, position) "
                f"VALUES (?, ?, ?, ?, ?, ?, ?, ?, coalesce(({_POSITION}), ({newest})))",
                (
                    *(kind, id, str(row["org_id"]), str(row["project_id"]), str(row["name"])),
                    *(str(row["slug"]), xact_id, json.dumps(written), kind, id),
                ),
            )
        return written

    def delete(self, kind: str, id: str) -> int:
        """Remove a document from the present; its versions stay readable. Return the change."""
        xact_id = self._store.next_xact()
        self._close(kind, id, xact_id)
        return xact_id

    def delete_project(self, project_id: str) -> None:
        """Remove everything that lies in a project from the present."""
        self._store.ask(
            "UPDATE documents SET superseded = ? WHERE project_id = ? AND superseded IS NULL",
            (self._store.next_xact(), project_id),
        )

    def _close(self, kind: str, id: str, xact_id: int) -> None:
        self._store.ask(
            "UPDATE documents SET superseded = ? WHERE kind = ? AND id = ? AND superseded IS NULL",
            (xact_id, kind, id),
        )

    def _first(
        self, condition: str, values: Sequence[Value], kind: str, version: int | None
    ) -> Row | None:
        visible, bounds = _visible(version)
        found = self._store.ask(
            f"SELECT data FROM documents WHERE kind = ? AND {condition} AND {visible}",
            (kind, *values, *bounds),
        )
        return _loaded(found[0][0]) if found else None


_POSITION = "SELECT position FROM documents WHERE kind = ? AND id = ? LIMIT 1"


def _conditions(selection: Selection) -> tuple[list[str], list[Value]]:
    visible, bounds = _visible(selection.version)
    conditions, values = ["kind = ?", visible], [selection.kind, *bounds]
    for column, choices in (
        ("org_id", selection.organizations),
        ("project_id", selection.projects),
        ("id", selection.ids),
        ("name", None if selection.name is None else [selection.name]),
        ("slug", None if selection.slug is None else [selection.slug]),
    ):
        if choices is not None:
            conditions.append(f"{column} IN ({','.join('?' * len(choices))})")
            values += choices
    return conditions, values


def _visible(version: int | None) -> tuple[str, list[Value]]:
    if version is None:
        return "superseded IS NULL", []
    return "xact_id <= ? AND (superseded IS NULL OR superseded > ?)", [version, version]


def _loaded(data: Value) -> Row:
    loaded: Row = json.loads(str(data))
    return loaded
