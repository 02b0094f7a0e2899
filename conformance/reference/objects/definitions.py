"""Prompts and functions: rows of the data plane, in projects of the control plane."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from conformance.reference import bodies
from conformance.reference.control_plane import rows
from conformance.reference.documents import Selection
from conformance.reference.objects.paging import wanted
from conformance.reference.problems import Missing, Relayed
from conformance.reference.rows import now
from conformance.reference.xact import parse_version

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.objects.kinds import Kind
    from conformance.reference.objects.paging import Wanted

    Row = dict[str, object]

OBJECTS = ("prompt_data", "metadata", "function_data", "origin", "function_schema")
FUNCTION_TYPES = (
    *("llm", "scorer", "task", "tool", "custom_view", "preprocessor", "facet", "classifier"),
    *("tag", "parameters", "sandbox"),
)


class Definitions:
    """Create, replace, list, read, change and delete prompts and functions."""

    async def create(self, call: Call, kind: Kind) -> Response:
        """Create a document, or return the one of that slug as it is."""
        row = await self.drafted(call, kind)
        existing = self.existing(call, kind, row)
        return await self.answer(call, kind, existing or call.parts.documents.write(kind.name, row))

    async def replace(self, call: Call, kind: Kind) -> Response:
        """Create a document, or replace the one of that slug."""
        row = await self.drafted(call, kind)
        existing = self.existing(call, kind, row)
        if existing is not None:
            row = {**row, "id": existing["id"], "created": existing["created"]}
        return await self.answer(call, kind, call.parts.documents.write(kind.name, row))

    async def page(self, call: Call, kind: Kind) -> Response:
        """Return a page of documents, newest first."""
        asked = wanted(call.query, kind)
        documents = call.parts.documents
        found = documents.select(await self.selection(call, kind, asked))
        for row in found:
            await self.touch(call, kind, row, how="listed")
        return call.parts.answers.json({"objects": found})

    async def read(self, call: Call, kind: Kind) -> Response:
        """Return one document, as of a version if one is asked for."""
        version = parse_version(call.query.get("version"))
        row = await self.find(call, kind, call.id(), version)
        if call.query.get("environment"):
            raise Missing(kind.name, str(row["id"]))
        await self.touch(call, kind, row, how="read")
        return call.parts.answers.json(row)

    async def change(self, call: Call, kind: Kind) -> Response:
        """Change the fields that are given; null leaves a field as it is."""
        row = await self.find(call, kind, call.id())
        body = await call.json()
        changes = self.fields(kind, body)
        for name in ("name", "slug"):
            if (value := bodies.optional_text(body, name)) is not None:
                changes[name] = value
        changed = {**row, **{name: value for name, value in changes.items() if value is not None}}
        if changed["slug"] != row["slug"] and self.existing(call, kind, changed):
            raise bodies.invalid("Another one of this project has that slug", "slug")
        written = call.parts.documents.write(kind.name, changed)
        return await self.answer(call, kind, written, how="changed")

    async def delete(self, call: Call, kind: Kind) -> Response:
        """Delete one document."""
        row = await self.find(call, kind, call.id())
        xact_id = call.parts.documents.delete(kind.name, str(row["id"]))
        row = {**row, "_xact_id": str(xact_id), "_object_delete": True}
        return await self.answer(call, kind, row, how="deleted")

    async def find(self, call: Call, kind: Kind, id: str, version: int | None = None) -> Row:
        """Return a document in a project that the caller can read, or raise `Missing`."""
        parts = call.parts
        row = parts.documents.find(kind.name, id, version)
        if row is None or call.caller.organization(str(row["org_id"])) is None:
            raise Missing(kind.name, id)
        try:
            project_id = str(row["project_id"])
            await parts.access.recall(parts.control_plane, call.caller, "project", project_id)
        except Missing as missing:
            raise Missing(kind.name, id) from missing
        return row

    async def drafted(self, call: Call, kind: Kind) -> Row:
        """Return the document that the body describes, in a project that the caller can read."""
        body = await call.json()
        parts = call.parts
        project_id = bodies.identifier(body.get("project_id"), "project_id")
        fields = self.fields(kind, body)
        if kind.name == "function" and fields.get("function_data") is None:
            raise bodies.invalid("Required", "function_data")
        named = {"name": bodies.text(body, "name"), "slug": bodies.text(body, "slug")}
        project = await parts.access.recall(parts.control_plane, call.caller, "project", project_id)
        return {
            "id": str(uuid.uuid4()),
            "project_id": project_id,
            "log_id": "p",
            "org_id": project.get("org_id"),
            **named,
            **fields,
            "created": now(),
        }

    def existing(self, call: Call, kind: Kind, row: Row) -> Row | None:
        """Return the document that has the project and the slug of this one."""
        project_id, slug = str(row["project_id"]), str(row["slug"])
        return call.parts.documents.find_by_slug(kind.name, project_id, slug)

    def fields(self, kind: Kind, body: Row) -> Row:
        """Return every field of the kind, null where the body does not give it."""
        return {name: checked(name, body.get(name)) for name in kind.fields}

    async def selection(self, call: Call, kind: Kind, asked: Wanted) -> Selection:
        """Return what a list has to look for."""
        projects = await self.projects(call, asked)
        return Selection(
            kind=kind.name,
            organizations=[each.id for each in call.caller.organizations],
            projects=[] if call.query.get("environment") else projects,
            ids=asked.ids,
            name=asked.name,
            slug=call.query.get("slug") or None,
            version=parse_version(call.query.get("version")),
            limit=asked.limit,
            starting_after=asked.starting_after,
            ending_before=asked.ending_before,
        )

    async def projects(self, call: Call, asked: Wanted) -> list[str] | None:
        """Return the projects that a list is restricted to, None if to no project at all."""
        if not asked.scope:
            return None
        wish: Row = {name: asked.scope[name] for name in asked.scope if name != "project_id"}
        if "project_id" in asked.scope:
            wish["id"] = asked.scope["project_id"]
        try:
            answer = await call.parts.control_plane.ask(
                call.caller.credentials, "/api/project/get", wish
            )
        except Relayed as refusal:
            if refusal.status in (400, 403):
                return []
            raise
        return [str(row["id"]) for row in rows(answer)]

    async def answer(self, call: Call, kind: Kind, row: Row, *, how: str = "created") -> Response:
        """Return a document as the answer, and note it for the auditor."""
        await self.touch(call, kind, row, how=how)
        return call.parts.answers.json(row)

    async def touch(self, call: Call, kind: Kind, row: Row, *, how: str) -> None:
        """Note a document for the auditor."""
        call.trail.touch(kind.name, str(row["id"]), str(row["name"]), how=how)


def checked(name: str, value: object) -> object:
    """Return a field's value, or refuse a type that the field cannot have."""
    if value is None:
        return None
    if name in OBJECTS and not isinstance(value, dict):
        raise bodies.invalid("Expected object", name)
    if name == "description" and not isinstance(value, str):
        raise bodies.invalid("Expected string", name)
    if name == "tags" and not (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    ):
        raise bodies.invalid("Expected an array of strings", name)
    if name == "function_type" and value not in FUNCTION_TYPES:
        raise bodies.invalid(f"Expected one of {', '.join(FUNCTION_TYPES)}", name)
    return value
