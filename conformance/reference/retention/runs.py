"""`/brainstore/time_based_retention`: run retention now, and tell what the last run did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.problems import Forbidden

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.retention.retention import Run

    Facts = dict[str, object]


class Runs:
    """Starts runs and tells of them, in numbers."""

    async def start(self, call: Call) -> Response:
        """Run retention, and answer when it is over."""
        await call.json()
        self.check(call)
        return self.answer(call, await call.parts.retention.run(call.parts))

    async def status(self, call: Call) -> Response:
        """Tell whether a run is under way, and how the last one ended."""
        await call.json()
        retention = call.parts.retention
        last = None if retention.last is None else self.facts(retention.last)
        return call.parts.answers.json({"running": retention.running, "last_run": last})

    def check(self, call: Call) -> None:
        """Raise `Forbidden` where the caller may not start a run."""
        if not call.caller.organizations:
            raise Forbidden("Only members of an organization may run its retention")

    def answer(self, call: Call, run: Run) -> Response:
        """Return the answer to whoever started a run."""
        return call.parts.answers.json(self.facts(run))

    def facts(self, run: Run) -> Facts:
        """Return what is told of a run."""
        return {
            "run_id": run.run_id,
            "status": run.status,
            "started": run.started.isoformat(),
            "deleted": run.deleted,
            "problems": list(run.problems),
        }
