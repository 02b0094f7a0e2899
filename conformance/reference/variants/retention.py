"""Other ways to keep a token and to delete by age: when a run works, and what it asks and says."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import Response

from conformance.reference.control_plane import rows
from conformance.reference.problems import BadRequest, Problem
from conformance.reference.retention.policies import Policies
from conformance.reference.retention.retention import Retention
from conformance.reference.retention.runs import Runs
from conformance.reference.retention.service_tokens import ServiceTokens
from conformance.reference.variants.definition import variant

if TYPE_CHECKING:
    from datetime import datetime

    from conformance.reference.call import Call
    from conformance.reference.caller import Credentials
    from conformance.reference.composition import Reference
    from conformance.reference.control_plane import ControlPlane
    from conformance.reference.parts import Parts
    from conformance.reference.retention.policies import Window

    Row = dict[str, object]

PAGE = 2


@variant
def deletes_after_it_has_answered(reference: Reference) -> Reference:
    """A run is under way when the request that started it is answered."""

    class Other(Runs):
        def __init__(self) -> None:
            self._tasks: set[asyncio.Task[object]] = set()

        async def start(self, call: Call) -> Response:
            await call.json()
            self.check(call)
            task: asyncio.Task[object] = asyncio.create_task(call.parts.retention.run(call.parts))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return call.parts.answers.json({"status": "started"}, status=202)

    return replace(reference, runs=Other())


@variant
def refuses_a_run_without_a_token(reference: Reference) -> Reference:
    """Where there is no service token, a run is refused."""

    class Other(Runs):
        def check(self, call: Call) -> None:
            super().check(call)
            if not call.parts.tokens.current():
                raise BadRequest("There is no service token to look policies up with")

    return replace(reference, runs=Other())


@variant
def ages_experiments_by_their_rows(reference: Reference) -> Reference:
    """An experiment is as old as its newest row; one without rows is as old as it says itself."""

    class Other(Retention):
        def apply(self, parts: Parts, window: Window, now: datetime) -> int:
            versions = parts.rows.newest(window.type, window.id)
            if window.type != "experiment" or not versions:
                return super().apply(parts, window, now)
            newest = max(self.created(parts, each) for each in versions)
            return self.delete(parts, window) if newest < self.cutoff(now, window.days) else 0

    return replace(reference, retention=Other())


@variant
def looks_policies_up_project_by_project(reference: Reference) -> Reference:
    """Each project is asked for its own policies; where that fails, the others are carried out."""

    class Other(Policies):
        async def windows(self, control_plane: ControlPlane, token: Credentials) -> list[Window]:
            found: list[Window] = []
            for project in await self.get(control_plane, token, "project"):
                wish = {"project_id": project["id"]}
                try:
                    told = await self.get(control_plane, token, "project_automation", **wish)
                    for policy in self.policies(told):
                        found += await self.applied(control_plane, token, policy, project)
                except Problem:
                    continue
            return found

    return replace(reference, policies=Other())


@variant
def looks_policies_up_page_by_page(reference: Reference) -> Reference:
    """A look-up reads pages of few objects, one after the other."""

    class Other(Policies):
        async def get(
            self, control_plane: ControlPlane, token: Credentials, kind: str, **wish: object
        ) -> list[Row]:
            found: list[Row] = []
            while True:
                page: Row = {**wish, "limit": PAGE}
                if found:
                    page["starting_after"] = found[-1].get("id")
                told = rows(await control_plane.ask(token, f"/api/{kind}/get", page))
                found += told
                if len(told) < PAGE:
                    return [each for each in found if each.get("deleted_at") is None]

    return replace(reference, policies=Other())


@variant
def says_little_about_tokens(reference: Reference) -> Reference:
    """Storing a token is answered with nothing, and whether there is one with one word."""

    class Other(ServiceTokens):
        async def upsert(self, call: Call) -> Response:
            await super().upsert(call)
            return Response(status_code=204)

        def described(self, call: Call, name: str) -> dict[str, object]:
            del call, name
            return {"status": "present"}

    return replace(reference, service_tokens=Other(reference.settings))
