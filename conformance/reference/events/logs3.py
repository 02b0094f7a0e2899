"""`/logs3`: rows for any number of objects in one body, all written in one transaction."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from conformance.reference import bodies, merging
from conformance.reference.events.targets import find_target
from conformance.reference.objects.definitions import checked
from conformance.reference.objects.kinds import FUNCTION, PROMPT
from conformance.reference.problems import Missing
from conformance.reference.rows import now

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.rows import Target

    Row = dict[str, object]
    Destination = tuple[str, str]

DESTINATIONS = ("experiment", "dataset", "prompt_session")
DOCUMENTS = "p"


class Logs:
    """What the SDKs' background loggers send."""

    async def ingest(self, call: Call) -> Response:
        """Write all rows, or none, and return the ids of the rows that they concern."""
        batch = bodies.objects(await call.json(), "rows")
        destinations = [self.destination(row) for row in batch]
        targets = {
            (type, id): await find_target(call, type, id)
            for type, id in dict.fromkeys(destinations)
        }
        xact_id = call.parts.store.next_xact()
        ids: dict[str, None] = {}
        with call.parts.store.transaction():
            for row, destination in zip(batch, destinations, strict=True):
                ids[self.write(call, targets[destination], row, xact_id)] = None
        for destination in destinations:
            call.parts.usage.note(targets[destination].org_id, 1)
        return call.parts.answers.json({"ids": list(ids), "xact_id": str(xact_id)})

    def destination(self, row: Row) -> Destination:
        """Return the type and the id of the object that a row is for."""
        for type in DESTINATIONS:
            if row.get(f"{type}_id") is not None:
                return type, bodies.identifier(row[f"{type}_id"], f"{type}_id")
        return "project_logs", bodies.identifier(row.get("project_id"), "project_id")

    def write(self, call: Call, target: Target, row: Row, xact_id: int) -> str:
        """Write one row: of a log, or a prompt or function of a project."""
        if target.type == "project_logs" and row.get("log_id") == DOCUMENTS:
            return self.write_document(call, target, row)
        return call.parts.rows.write(target, row, xact_id)

    def write_document(self, call: Call, target: Target, row: Row) -> str:
        """Write a prompt or a function; a merge keeps what it does not name."""
        id = bodies.identifier(row.get("id") or str(uuid.uuid4()), "id")
        kind = PROMPT if _is_prompt(row) else FUNCTION
        documents = call.parts.documents
        before = documents.find(kind.name, id)
        if before is not None and before["project_id"] != target.id:
            raise Missing(kind.name, id)
        if row.get("_object_delete") is True:
            documents.delete(kind.name, id)
            return id
        given = {name: row[name] for name in (*kind.fields, "name", "slug") if name in row}
        if before is not None and row.get("_is_merge") is True:
            given = merging.merge(before, given, row.get("_merge_paths"))
        written = documents.write(
            kind.name,
            {
                **{name: checked(name, given.get(name)) for name in kind.fields},
                **target.owner,
                "id": id,
                "name": bodies.text(given, "name"),
                "slug": bodies.text(given, "slug"),
                "created": row.get("created") or now(),
                "log_id": DOCUMENTS,
            },
        )
        call.trail.touch(kind.name, id, str(written["name"]), how="changed")
        return id


def _is_prompt(row: Mapping[str, object]) -> bool:
    data = row.get("function_data")
    return data is None or (isinstance(data, dict) and data.get("type") == "prompt")
