"""Backfill and compaction status that cannot be disabled, is not offered, or shows rows."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.problems import NoSuchRoute
from conformance.reference.sysadmin import Sysadmin

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.store import Value

    Facts = dict[str, object]

ROWS = "SELECT data FROM rows WHERE object_id = ? ORDER BY version DESC"


@defect(breaks={"TEL-14"})
def cannot_disable_sysadmin_endpoints(reference: Reference) -> Reference:
    """With DISABLE_SYSADMIN_TELEMETRY=true the endpoints answer as ever: 200, with the data."""

    class Flawed(Sysadmin):
        def check(self, call: Call) -> None:
            """Let everybody pass."""

    return replace(reference, sysadmin=Flawed(reference.settings))


@defect(breaks={"TEL-14"})
def leaves_compaction_enabled(reference: Reference) -> Reference:
    """DISABLE_SYSADMIN_TELEMETRY disables the backfill endpoints and forgets compaction's."""

    class Flawed(Sysadmin):
        def check(self, call: Call) -> None:
            if "/vacuum/" not in call.trail.path:
                super().check(call)

    return replace(reference, sysadmin=Flawed(reference.settings))


@defect(breaks={"TEL-14"})
def leaves_objects_enabled(reference: Reference) -> Reference:
    """DISABLE_SYSADMIN_TELEMETRY disables the totals and forgets what is about one object."""

    class Flawed(Sysadmin):
        def check(self, call: Call) -> None:
            if "object_id" not in call.trail.parameters:
                super().check(call)

    return replace(reference, sysadmin=Flawed(reference.settings))


@defect(breaks={"TEL-14"})
def disables_totals_without_being_told(reference: Reference) -> Reference:
    """The totals of the backfill are disabled, whatever DISABLE_SYSADMIN_TELEMETRY says."""

    class Flawed(Sysadmin):
        async def backfill(self, call: Call) -> Response:
            raise NoSuchRoute(f"There is no route {call.method} {call.trail.path}")

    return replace(reference, sysadmin=Flawed(reference.settings))


@defect(breaks={"TEL-15"})
def shows_a_sample_row(reference: Reference) -> Reference:
    """What is said about an object ends with a row of it, to see what is indexed."""

    class Flawed(Sysadmin):
        def described(self, call: Call, id: str) -> list[Facts]:
            found = super().described(call, id)
            samples = call.parts.store.ask(ROWS, (id,))
            return [{**each, "sample": samples[0][0]} for each in found]

    return replace(reference, sysadmin=Flawed(reference.settings))


@defect(breaks={"TEL-15"})
def counts_segments_by_tag(reference: Reference) -> Reference:
    """Segments of an object are counted by the tags of their rows."""

    class Flawed(Sysadmin):
        async def segment_counts(self, call: Call) -> Response:
            self.check(call)
            id = await self.readable(call)
            rows = [json.loads(str(data)) for (data,) in call.parts.store.ask(ROWS, (id,))]
            tags = [tag for row in rows for tag in row.get("tags") or []]
            counts = {tag: tags.count(tag) for tag in tags}
            return self.answer(call, {"object_id": id, "segments": counts})

    return replace(reference, sysadmin=Flawed(reference.settings))


@defect(breaks={"TEL-15"})
def lists_metadata_keys_as_columns(reference: Reference) -> Reference:
    """Totals of the backfill list the indexed columns, which are keys of the rows' metadata."""

    class Flawed(Sysadmin):
        def progress(self, call: Call, versions: Value, closed: Value, newest: Value) -> Facts:
            rows = call.parts.store.ask("SELECT data FROM rows")
            metadata = [json.loads(str(data)).get("metadata") for (data,) in rows]
            columns = {name for each in metadata for name in each or {}}
            facts = super().progress(call, versions, closed, newest)
            return {**facts, "columns": sorted(columns)}

    return replace(reference, sysadmin=Flawed(reference.settings))
