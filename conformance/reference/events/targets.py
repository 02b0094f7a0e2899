"""Which object rows are written into or read from, and whether the caller may."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.bodies import identifier
from conformance.reference.problems import Missing
from conformance.reference.rows import Target

if TYPE_CHECKING:
    from conformance.reference.call import Call

KINDS = {
    "project_logs": "project",
    "experiment": "experiment",
    "dataset": "dataset",
    "prompt_session": "prompt_session",
}


async def find_target(call: Call, type: str, id: object) -> Target:
    """Return an object with rows, noted for the auditor, or raise `Missing`."""
    parts, kind = call.parts, KINDS[type]
    if parts.tombstones.has(kind, identifier(id, f"{kind}_id")):
        raise Missing(kind, identifier(id))
    row = await parts.access.recall(
        parts.control_plane, call.caller, kind, identifier(id, f"{kind}_id")
    )
    target = Target(
        type=type,
        id=str(row["id"]),
        name=str(row.get("name") or ""),
        owner=_owner(type, row),
        org_id=await _organization(call, row),
    )
    call.trail.touch(type, target.id, target.name, how="rows")
    return target


def _owner(type: str, row: dict[str, object]) -> dict[str, object]:
    if type == "project_logs":
        return {"project_id": row["id"], "org_id": row.get("org_id"), "log_id": "g"}
    own: dict[str, object] = {f"{type}_id": row["id"], "project_id": row.get("project_id")}
    return {**own, "log_id": "x"} if type == "prompt_session" else own


async def _organization(call: Call, row: dict[str, object]) -> str:
    """Return whose object it is; of an experiment or a dataset only its project knows that."""
    told, own = row.get("org_id"), call.caller.organizations
    if isinstance(told, str) or len(own) == 1:
        return told if isinstance(told, str) else own[0].id
    parts, project = call.parts, str(row.get("project_id"))
    found = await parts.access.recall(parts.control_plane, call.caller, "project", project)
    return str(found.get("org_id") or "")
