"""Projects and the like as such, without rows: the control plane keeps them, and is asked here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference import bodies
from conformance.reference.control_plane import field, rows
from conformance.reference.objects.kinds import PROJECT
from conformance.reference.objects.paging import wanted
from conformance.reference.problems import BadRequest, Missing, Relayed

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.objects.kinds import Kind

    Row = dict[str, object]


class Metadata:
    """Create, list, read, change and delete what lives in the control plane."""

    async def create(self, call: Call, kind: Kind) -> Response:
        """Create an object, or return the one that has the name."""
        body = await call.json()
        wish = self.registration(call, kind, body)
        answer, row = await self.registered(call, kind, wish)
        if self.gone(call, kind, row):
            answer, row = await self.registered(call, kind, {**wish, "ensure_new": True})
        await self.touch(call, kind, row, how="created")
        response = call.parts.answers.json(row)
        if kind.says_found_existing and isinstance(answer, dict) and answer.get("found_existing"):
            response.headers["x-bt-found-existing"] = "true"
        return response

    async def replace(self, call: Call, kind: Kind) -> Response:
        """Create an object, or give the one that has the name these fields."""
        wish = self.registration(call, kind, await call.json())
        try:
            _, row = await self.registered(call, kind, {**wish, "update": True})
        finally:
            call.parts.access.forget()
        await self.touch(call, kind, row, how="changed")
        return call.parts.answers.json(row)

    async def registered(self, call: Call, kind: Kind, wish: Row) -> tuple[object, Row]:
        """Register an object, and return the answer and the object in it."""
        path = f"/api/{kind.name}/register"
        answer = await call.parts.control_plane.ask(call.caller.credentials, path, wish)
        return answer, field(answer, kind.name, dict)

    async def page(self, call: Call, kind: Kind) -> Response:
        """Return a page of objects, newest first."""
        asked = wanted(call.query, kind)
        found: list[Row] = []
        if asked.limit != 0:
            wish = {**asked.scope, **asked.page}
            if asked.ids is not None:
                wish["id"] = asked.ids
            if asked.name is not None:
                wish[f"{kind.name}_name"] = asked.name
            found = await self.listed(call, kind, wish, asked.limit)
        for row in found:
            await self.touch(call, kind, row, how="listed")
        return call.parts.answers.json({"objects": found})

    async def read(self, call: Call, kind: Kind) -> Response:
        """Return one object."""
        parts = call.parts
        row = await parts.access.read(parts.control_plane, call.caller, kind.name, call.id())
        if self.gone(call, kind, row):
            raise Missing(kind.name, str(row["id"]))
        await self.touch(call, kind, row, how="read")
        return parts.answers.json(row)

    async def change(self, call: Call, kind: Kind) -> Response:
        """Change the fields that are given."""
        id = call.id()
        body = await call.json()
        changes = self.fields(kind, body)
        name = bodies.optional_text(body, "name")
        if name is not None:
            changes["name"] = name
        row = await self.act(call, kind, id, "patch_id", changes)
        await self.touch(call, kind, row, how="changed")
        return call.parts.answers.json(row)

    async def delete(self, call: Call, kind: Kind) -> Response:
        """Delete one object; what lies in a deleted project cannot be found any more."""
        id = call.id()
        row = await self.act(call, kind, id, "delete_id", {})
        if kind is PROJECT:
            call.parts.documents.delete_project(id)
        await self.touch(call, kind, row, how="deleted")
        return call.parts.answers.json(row)

    async def listed(self, call: Call, kind: Kind, wish: Row, limit: int | None) -> list[Row]:
        """Return the objects of a page without those that retention deleted, the page filled."""
        parts, path = call.parts, f"/api/{kind.name}/get"
        kept: list[Row] = []
        while True:
            found = rows(await parts.control_plane.ask(call.caller.credentials, path, wish))
            kept += [each for each in found if not self.gone(call, kind, each)]
            if limit is None or len(found) < limit or len(kept) >= limit:
                return kept if limit is None else kept[:limit]
            # A page before an object is counted from its end: there it stays as short as it is.
            if "ending_before" in wish:
                return kept
            wish = {**wish, "starting_after": found[-1].get("id")}

    def gone(self, call: Call, kind: Kind, row: Row) -> bool:
        """Tell whether retention deleted an object that the control plane still shows."""
        return call.parts.tombstones.has(kind.name, str(row.get("id")))

    async def act(self, call: Call, kind: Kind, id: str, action: str, changes: Row) -> Row:
        """Do something to one object; a refusal is `Missing` if the caller cannot read it."""
        parts, path = call.parts, f"/api/{kind.name}/{action}"
        if self.gone(call, kind, {"id": id}):
            raise Missing(kind.name, id)
        try:
            wish = {"id": id, **changes}
            row = await parts.control_plane.ask(call.caller.credentials, path, wish)
        except Relayed as refusal:
            if refusal.status in (400, 403):
                await parts.access.read(parts.control_plane, call.caller, kind.name, id)
            raise
        finally:
            parts.access.forget()
        if not isinstance(row, dict):
            raise Missing(kind.name, id)
        return row

    def registration(self, call: Call, kind: Kind, body: Row) -> Row:
        """Return what is sent to the control plane to create an object."""
        wish = self.fields(kind, body)
        if kind is PROJECT:
            wish["org_id"] = self.organization(call, bodies.optional_text(body, "org_name"))
        else:
            wish["project_id"] = bodies.identifier(body.get("project_id"), "project_id")
        if kind.name != "experiment":
            return {**wish, f"{kind.name}_name": bodies.text(body, "name")}
        if (name := bodies.optional_text(body, "name")) is not None:
            wish["experiment_name"] = name
        return {**wish, "ensure_new": body.get("ensure_new") is True}

    def organization(self, call: Call, name: str | None) -> str:
        """Return the id of the caller's organisation of that name, or of the first one."""
        for organization in call.caller.organizations:
            if name is None or organization.name == name:
                return organization.id
        raise BadRequest(f"You belong to no organization named {name!r}")

    def fields(self, kind: Kind, body: Row) -> Row:
        """Return the fields of the kind that the body gives."""
        return {name: body[name] for name in kind.fields if body.get(name) is not None}

    async def touch(self, call: Call, kind: Kind, row: Row, *, how: str) -> None:
        """Note an object for the auditor."""
        call.trail.touch(kind.name, str(row.get("id")), str(row.get("name") or ""), how=how)
