"""Other ways to attribute a request, and to write the headers that say so."""

from __future__ import annotations

import gzip
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.auditor import Auditor, Resource
from conformance.reference.objects.definitions import Definitions
from conformance.reference.objects.metadata import Metadata
from conformance.reference.variants.definition import variant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import Response

    from conformance.reference.auditor import Trail
    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.objects.kinds import Kind

    Row = dict[str, object]


@variant
def compresses_with_name_and_time(reference: Reference) -> Reference:
    """The gzip member is made at level 1 and carries a file name and a time."""

    class Other(Auditor):
        def compress(self, data: bytes) -> bytes:
            buffer = io.BytesIO()
            with gzip.GzipFile("resources.json", "wb", 1, buffer, mtime=1_700_000_000) as file:
                file.write(data)
            return buffer.getvalue()

    return replace(reference, auditor=Other())


@variant
def compresses_at_the_highest_level(reference: Reference) -> Reference:
    """The gzip member is made at level 9 and carries the time of the request."""

    class Other(Auditor):
        def compress(self, data: bytes) -> bytes:
            return gzip.compress(data, compresslevel=9)

    return replace(reference, auditor=Other())


@variant
def writes_the_envelope_generously(reference: Reference) -> Reference:
    """The envelope has blanks, its payload first, and a member that is not asked for."""

    class Other(Auditor):
        def envelope(self, payload: str) -> str:
            return json.dumps({"p": payload, "encoding": "gzip", "v": 1})

    return replace(reference, auditor=Other())


@variant
def escapes_names_in_the_list(reference: Reference) -> Reference:
    """The list is indented JSON in ASCII, each resource with its name first."""

    class Other(Auditor):
        def entry(self, resource: Resource) -> dict[str, object]:
            return {"name": resource.name, "id": resource.id, "type": resource.type}

        def serialize(self, entries: Sequence[Mapping[str, object]]) -> bytes:
            return json.dumps(entries, indent=1).encode("ascii")

    return replace(reference, auditor=Other())


@variant
def lists_resources_backwards(reference: Reference) -> Reference:
    """What was touched last is listed first, and what is left out of a long list is the first."""

    class Other(Auditor):
        def resources(self, trail: Trail) -> list[Resource]:
            return super().resources(trail)[::-1]

    return replace(reference, auditor=Other())


@variant
def names_the_parameter_in_the_url(reference: Reference) -> Reference:
    """The normalised URL is /v1/project/[project_id]."""

    class Other(Auditor):
        def placeholder(self, parameter: str) -> str:
            return f"[{parameter}]"

    return replace(reference, auditor=Other())


@variant
def types_logs_as_their_project(reference: Reference) -> Reference:
    """For rows of a project's logs the project is listed, with the type project."""

    class Other(Auditor):
        def entry(self, resource: Resource) -> dict[str, object]:
            logs = resource.type == "project_logs"
            return super().entry(replace(resource, type="project") if logs else resource)

    return replace(reference, auditor=Other())


@variant
def says_nothing_to_strangers(reference: Reference) -> Reference:
    """A request that fails authentication gets no audit header at all."""

    class Other(Auditor):
        def audit(self, trail: Trail, response: Response) -> Response:
            return response if trail.caller is None else super().audit(trail, response)

    return replace(reference, auditor=Other())


@variant
def lists_the_project_as_well(reference: Reference) -> Reference:
    """With an experiment, dataset, prompt or function its project is listed."""

    class OtherMetadata(Metadata):
        async def touch(self, call: Call, kind: Kind, row: Row, *, how: str) -> None:
            await super().touch(call, kind, row, how=how)
            await _touch_project(call, row)

    class OtherDefinitions(Definitions):
        async def touch(self, call: Call, kind: Kind, row: Row, *, how: str) -> None:
            await super().touch(call, kind, row, how=how)
            await _touch_project(call, row)

    return replace(reference, metadata=OtherMetadata(), definitions=OtherDefinitions())


@variant
def lists_the_name_before_a_change(reference: Reference) -> Reference:
    """An object whose name is changed is listed under the name that it had."""

    class OtherMetadata(Metadata):
        async def change(self, call: Call, kind: Kind) -> Response:
            parts = call.parts
            before = await parts.access.read(parts.control_plane, call.caller, kind.name, call.id())
            await self.touch(call, kind, before, how="changed")
            return await super().change(call, kind)

    class OtherDefinitions(Definitions):
        async def change(self, call: Call, kind: Kind) -> Response:
            before = await self.find(call, kind, call.id())
            await self.touch(call, kind, before, how="changed")
            return await super().change(call, kind)

    return replace(reference, metadata=OtherMetadata(), definitions=OtherDefinitions())


async def _touch_project(call: Call, row: Row) -> None:
    parts, id = call.parts, row.get("project_id")
    if isinstance(id, str):
        project = await parts.access.recall(parts.control_plane, call.caller, "project", id)
        call.trail.touch("project", id, str(project["name"]))
