"""Backfill and compaction status for whoever runs the deployment: numbers and ids, no content.

What of an object is shown is shown to those who may read the object; totals are shown to everybody
with a valid key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.bodies import identifier
from conformance.reference.events.targets import KINDS
from conformance.reference.problems import NoSuchRoute

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.settings import Settings
    from conformance.reference.store import Value

    Facts = dict[str, object]

OBJECT = (
    "SELECT object_type, count(*), count(superseded), max(xact_id) FROM rows "
    "WHERE object_id = ? GROUP BY object_type"
)
TOTALS = "SELECT count(DISTINCT object_id), count(*), count(superseded), max(xact_id) FROM rows"


class Sysadmin:
    """Answers from the store alone, unless `DISABLE_SYSADMIN_TELEMETRY` is true."""

    def __init__(self, settings: Settings) -> None:
        self.enabled = settings.sysadmin

    def check(self, call: Call) -> None:
        """Raise `NoSuchRoute` where these endpoints are disabled."""
        if not self.enabled:
            raise NoSuchRoute(f"There is no route {call.method} {call.trail.path}")

    async def backfill(self, call: Call) -> Response:
        """Return how far all objects are indexed."""
        self.check(call)
        objects, versions, closed, newest = call.parts.store.ask(TOTALS)[0]
        facts = self.progress(call, versions, closed, newest)
        return self.answer(call, {"objects": objects, **facts})

    async def active(self, call: Call) -> Response:
        """Return the objects that are being indexed: rows are, while they are written."""
        self.check(call)
        return self.answer(call, {"objects": []})

    async def failed(self, call: Call) -> Response:
        """Return the objects whose indexing failed: what cannot be indexed is not written."""
        self.check(call)
        return self.answer(call, {"objects": []})

    async def project(self, call: Call) -> Response:
        """Return how far the logs of a project are indexed."""
        self.check(call)
        parts, id = call.parts, call.id()
        await parts.access.recall(parts.control_plane, call.caller, "project", id)
        return self.answer(call, {"project_id": id, "objects": self.described(call, id)})

    async def object(self, call: Call) -> Response:
        """Return how far one object is indexed."""
        self.check(call)
        id = await self.readable(call)
        return self.answer(call, {"object_id": id, "objects": self.described(call, id)})

    async def segment_counts(self, call: Call) -> Response:
        """Return in how many pieces the rows of an object are kept."""
        self.check(call)
        id = await self.readable(call)
        counts = {each["object_type"]: 1 for each in self.described(call, id)}
        return self.answer(call, {"object_id": id, "segments": counts})

    async def vacuum(self, call: Call) -> Response:
        """Return what compaction has left to do: versions of rows that are superseded."""
        self.check(call)
        _, versions, closed, _ = call.parts.store.ask(TOTALS)[0]
        return self.answer(call, {"state": "idle", "versions": versions, "reclaimable": closed})

    async def readable(self, call: Call) -> str:
        """Return the id in the path, of an object that the caller may read or that has no rows."""
        parts, id = call.parts, identifier(call.trail.parameters["object_id"], "object_id")
        for type, *_ in parts.store.ask(OBJECT, (id,)):
            kind = KINDS[str(type)]
            await parts.access.recall(parts.control_plane, call.caller, kind, id)
        return id

    def described(self, call: Call, id: str) -> list[Facts]:
        """Return what there is to say about the rows of an object."""
        return [
            {"object_type": type, "object_id": id, **self.progress(call, versions, closed, newest)}
            for type, versions, closed, newest in call.parts.store.ask(OBJECT, (id,))
        ]

    def progress(self, call: Call, versions: Value, closed: Value, newest: Value) -> Facts:
        """Return counts of rows, and up to which transaction they are indexed."""
        del call
        written, superseded = int(versions or 0), int(closed or 0)
        return {
            "rows": written - superseded,
            "versions": written,
            "indexed_xact_id": None if newest is None else str(newest),
            "state": "done",
        }

    def answer(self, call: Call, facts: Facts) -> Response:
        """Return the answer that tells these facts."""
        return call.parts.answers.json(facts)
