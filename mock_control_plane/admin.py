"""The inspection API as an application: under /_mock of the main port, and not journalled.

What it can be asked is `inspection`; its typed counterpart is `client`.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route

from mock_control_plane import inspection as ask
from mock_control_plane import interventions as act
from mock_control_plane.faults import UnknownScript, UnusableScript
from mock_control_plane.hosts import UnusableHost
from mock_control_plane.identities import DirectoryProblem, UnknownMember
from mock_control_plane.objects import NameTaken
from mock_control_plane.questions import BadQuestion, refusal
from mock_control_plane.reading import UnusableFilter
from mock_control_plane.realms import RealmProblem, UnknownRealm
from mock_control_plane.stock import UnknownObject, Unstorable

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

PREFIX: Final = "/_mock"
REALM: Final = f"{PREFIX}/realms/{{realm}}"
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")

ROUTES: Final = [
    Route(PREFIX, ask.show, methods=["GET"]),
    Route(f"{PREFIX}/realms", ask.show_realms, methods=["GET"]),
    Route(f"{PREFIX}/realms", ask.create_realm, methods=["POST"]),
    Route(REALM, ask.show_realm, methods=["GET"]),
    Route(REALM, ask.close_realm, methods=["DELETE"]),
    Route(f"{REALM}/organizations", ask.show_organizations, methods=["GET"]),
    Route(f"{REALM}/organizations", ask.create_organization, methods=["POST"]),
    Route(f"{REALM}/organizations/{{id}}", ask.update_organization, methods=["PATCH"]),
    Route(f"{REALM}/users", ask.create_user, methods=["POST"]),
    Route(f"{REALM}/keys", ask.create_key, methods=["POST"]),
    Route(f"{REALM}/keys/{{id}}", ask.revoke_key, methods=["DELETE"]),
    Route(f"{REALM}/service-tokens", ask.create_service_token, methods=["POST"]),
    Route(f"{REALM}/service-tokens/{{id}}", ask.revoke_service_token, methods=["DELETE"]),
    Route(f"{REALM}/provisioned", act.provision, methods=["POST"]),
    Route(f"{REALM}/provisioned", act.show_provisioned, methods=["GET"]),
    Route(f"{REALM}/outbound", act.show_outbound, methods=["GET"]),
    Route(f"{REALM}/egress", act.open_egress, methods=["PUT"]),
    Route(f"{REALM}/egress", act.show_destinations, methods=["GET"]),
    Route(f"{REALM}/scripts", act.add_script, methods=["POST"]),
    Route(f"{REALM}/scripts/{{id}}", act.remove_script, methods=["DELETE"]),
    Route(f"{REALM}/objects/{{kind}}", act.put_object, methods=["PUT"]),
    Route(f"{REALM}/objects/{{kind}}", act.show_objects, methods=["GET"]),
    Route(f"{REALM}/objects/{{kind}}/{{id}}", act.patch_object, methods=["PATCH"]),
    Route(f"{REALM}/policies/{{project_id}}", act.set_policy, methods=["POST"]),
    Route(
        f"{REALM}/policies/{{project_id}}/{{object_type}}", act.remove_policy, methods=["DELETE"]
    ),
    Route(f"{REALM}/position", ask.position, methods=["GET"]),
    Route(f"{REALM}/entries", ask.entries, methods=["GET"]),
    Route(f"{REALM}/telemetry", ask.telemetry, methods=["GET"]),
    Route(f"{REALM}/count", ask.count, methods=["GET"]),
    Route(f"{REALM}/wait", ask.wait, methods=["GET"]),
    Route(f"{REALM}/export", ask.export, methods=["GET"]),
]

OBSERVING: Final = (
    ask.show,
    ask.show_realms,
    ask.show_realm,
    ask.position,
    ask.entries,
    ask.telemetry,
    ask.count,
    ask.wait,
    ask.export,
)
"""What a relay offers: to look at what went through it."""


class OfTheUpstream(Exception):
    """A relay was asked for what only a mock that answers itself has."""


STATUSES: Final = {
    BadQuestion: 400,
    DirectoryProblem: 400,
    NameTaken: 400,
    RealmProblem: 400,
    OfTheUpstream: 409,
    UnknownMember: 404,
    UnknownObject: 404,
    UnknownRealm: 404,
    UnknownScript: 404,
    Unstorable: 400,
    UnusableHost: 400,
    UnusableFilter: 400,
    UnusableScript: 400,
}


class TokenWanted(Exception):
    """The inspection API was asked without its token."""


class NoSuchQuestion(Exception):
    """The inspection API has no such path or method."""


class Inspected:
    """The application of the main port: the inspection API, in front of a realm's recorder."""

    def __init__(self, app: ASGIApp, inspection: ask.Inspection) -> None:
        self.app = app
        self.admin = create_admin(inspection)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        path = scope["path"]
        inspected = path.startswith(PREFIX) and path[len(PREFIX) : len(PREFIX) + 1] in ("", "/")
        await (self.admin if inspected else self.app)(scope, receive, send)


def create_admin(inspection: ask.Inspection) -> ASGIApp:
    """Return the inspection API; with a token in it, only who gives it is answered."""
    app = Starlette(
        routes=_offered(inspection),
        exception_handlers={**dict.fromkeys(STATUSES, _refused), HTTPException: _no_such_question},
    )
    app.router.redirect_slashes = False
    app.state.inspection = inspection
    return app if inspection.token is None else _Guarded(app, inspection.token)


def _offered(inspection: ask.Inspection) -> list[Route]:
    if inspection.upstream is None:
        return ROUTES
    observing = [route for route in ROUTES if route.endpoint in OBSERVING]
    return [*observing, Route(f"{PREFIX}/{{rest:path}}", _refuse, methods=METHODS)]


async def _refuse(request: Request) -> Response:
    upstream = request.app.state.inspection.upstream
    raise OfTheUpstream(
        f"this control plane relays to {upstream}, which has its own users, keys and policies:"
        " realms, users, keys, tokens, scripts and objects of the mock are not available here"
    )


class _Guarded:
    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app = app
        self.expected = f"Bearer {token}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        given = dict(scope["headers"]).get(b"authorization", b"")
        if secrets.compare_digest(given, self.expected):
            await self.app(scope, receive, send)
            return
        wanted = TokenWanted(
            "the inspection API of this mock control plane answers only to its token;"
            " give the one that was printed when it started"
        )
        await refusal(wanted, 401)(scope, receive, send)


async def _refused(_: Request, problem: Exception) -> Response:
    status = next(STATUSES[kind] for kind in type(problem).__mro__ if kind in STATUSES)
    return refusal(problem, status)


async def _no_such_question(request: Request, problem: Exception) -> Response:
    status = problem.status_code if isinstance(problem, HTTPException) else 404
    sentence = f"the inspection API does not know {request.method} {request.url.path}"
    return refusal(NoSuchQuestion(f"{sentence}; client and mock should be of one version"), status)
