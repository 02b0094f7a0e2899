"""The whole surface, in two lists: what needs a key, and what does not."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Protocol

from conformance import __version__
from conformance.reference.events.targets import KINDS
from conformance.reference.objects.kinds import (
    DATASET,
    EXPERIMENT,
    FUNCTION,
    PROJECT,
    PROJECT_AUTOMATION,
    PROMPT,
)
from conformance.reference.problems import Problem

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.app import Action, Table
    from conformance.reference.call import Call
    from conformance.reference.events.btql import Queries
    from conformance.reference.events.events import Events
    from conformance.reference.events.logs3 import Logs
    from conformance.reference.events.summaries import Summaries
    from conformance.reference.objects.definitions import Definitions
    from conformance.reference.objects.kinds import Kind
    from conformance.reference.objects.metadata import Metadata
    from conformance.reference.retention.runs import Runs
    from conformance.reference.retention.service_tokens import ServiceTokens
    from conformance.reference.sysadmin import Sysadmin


class Handlers(Protocol):
    """What the routes lead to."""

    @property
    def metadata(self) -> Metadata:
        """What the control plane keeps."""

    @property
    def definitions(self) -> Definitions:
        """Prompts and functions."""

    @property
    def events(self) -> Events:
        """Rows of one object."""

    @property
    def logs(self) -> Logs:
        """Rows of many objects."""

    @property
    def queries(self) -> Queries:
        """Queries over rows."""

    @property
    def summaries(self) -> Summaries:
        """What rows add up to."""

    @property
    def sysadmin(self) -> Sysadmin:
        """Backfill and compaction status."""

    @property
    def service_tokens(self) -> ServiceTokens:
        """Where the control plane stores its token."""

    @property
    def runs(self) -> Runs:
        """Runs of retention."""


def guarded(handlers: Handlers) -> Table:
    """Return the routes that need a key."""
    summaries = handlers.summaries
    return {
        **_metadata(handlers.metadata, PROJECT),
        **_events(handlers.events, "project_logs"),
        **_metadata(handlers.metadata, EXPERIMENT),
        **_events(handlers.events, "experiment"),
        "/v1/experiment/{experiment_id}/summarize": {"GET": summaries.experiment},
        **_metadata(handlers.metadata, DATASET),
        **_events(handlers.events, "dataset"),
        "/v1/dataset/{dataset_id}/summarize": {"GET": summaries.dataset},
        **_metadata(handlers.metadata, PROJECT_AUTOMATION),
        **_definitions(handlers.definitions, PROMPT),
        **_definitions(handlers.definitions, FUNCTION),
        "/logs3": {"POST": handlers.logs.ingest},
        "/btql": {"POST": handlers.queries.run},
        "/experiment-comparison2": {"GET": summaries.comparison},
        "/dataset-summary": {"GET": summaries.dataset_records},
        **_sysadmin(handlers.sysadmin),
        **_retention(handlers.service_tokens, handlers.runs),
        "/xact-id": {"GET": _xact_id},
        "/ping": {"GET": _ping},
    }


def opened() -> Table:
    """Return the routes that answer anybody; what is passed on is judged by the control plane."""
    return {
        "/": {"GET": _alive},
        "/version": {"GET": _version},
        "/v1": {"GET": _alive},
        "/api/{kind}/{action}": {"GET": _forward, "POST": _forward},
        "/api/{kind}": {"GET": _forward, "POST": _forward},
    }


def _metadata(metadata: Metadata, kind: Kind) -> dict[str, dict[str, Action]]:
    replaced = {"PUT": partial(metadata.replace, kind=kind)} if kind.replaceable else {}
    return {
        f"/v1/{kind.name}": {
            "POST": partial(metadata.create, kind=kind),
            **replaced,
            "GET": partial(metadata.page, kind=kind),
        },
        f"/v1/{kind.name}/{{{kind.name}_id}}": {
            "GET": partial(metadata.read, kind=kind),
            "PATCH": partial(metadata.change, kind=kind),
            "DELETE": partial(metadata.delete, kind=kind),
        },
    }


def _definitions(definitions: Definitions, kind: Kind) -> dict[str, dict[str, Action]]:
    return {
        f"/v1/{kind.name}": {
            "POST": partial(definitions.create, kind=kind),
            "PUT": partial(definitions.replace, kind=kind),
            "GET": partial(definitions.page, kind=kind),
        },
        f"/v1/{kind.name}/{{{kind.name}_id}}": {
            "GET": partial(definitions.read, kind=kind),
            "PATCH": partial(definitions.change, kind=kind),
            "DELETE": partial(definitions.delete, kind=kind),
        },
    }


def _events(events: Events, type: str) -> dict[str, dict[str, Action]]:
    path = f"/v1/{type}/{{{KINDS[type]}_id}}"
    return {
        f"{path}/insert": {"POST": partial(events.insert, type=type)},
        f"{path}/fetch": {
            "GET": partial(events.fetch, type=type),
            "POST": partial(events.fetch, type=type),
        },
        f"{path}/feedback": {"POST": partial(events.feedback, type=type)},
    }


def _sysadmin(sysadmin: Sysadmin) -> dict[str, dict[str, Action]]:
    backfill = "/brainstore/backfill/status"
    return {
        backfill: {"GET": sysadmin.backfill},
        f"{backfill}/active": {"GET": sysadmin.active},
        f"{backfill}/failed": {"GET": sysadmin.failed},
        f"{backfill}/project/{{project_id}}": {"GET": sysadmin.project},
        f"{backfill}/object/{{object_id}}": {"GET": sysadmin.object},
        f"{backfill}/object/{{object_id}}/segment-counts": {"GET": sysadmin.segment_counts},
        "/brainstore/vacuum/status": {"POST": sysadmin.vacuum},
    }


def _retention(service_tokens: ServiceTokens, runs: Runs) -> dict[str, dict[str, Action]]:
    return {
        "/service-token/upsert": {"POST": service_tokens.upsert},
        "/service-token/{name}": {"GET": service_tokens.status, "HEAD": service_tokens.status},
        "/brainstore/time_based_retention": {"POST": runs.start},
        "/brainstore/time_based_retention/status": {"POST": runs.status},
    }


async def _alive(call: Call) -> Response:
    return call.parts.answers.text("Hello, World!")


async def _version(call: Call) -> Response:
    return call.parts.answers.json({"version": __version__})


async def _ping(call: Call) -> Response:
    caller = call.caller
    return call.parts.answers.json(
        {
            "id": caller.user_id,
            "email": caller.email,
            "organizations": [{"id": each.id, "name": each.name} for each in caller.organizations],
        }
    )


async def _xact_id(call: Call) -> Response:
    return call.parts.answers.text(str(call.parts.store.next_xact()))


async def _forward(call: Call) -> Response:
    parts, trail = call.parts, call.trail
    if parts.auditor.asked(trail):
        try:
            trail.caller = await parts.authentication.authenticate(
                parts.control_plane, trail.headers
            )
        except Problem:
            trail.caller = None
    return await parts.proxy.forward(call)
