"""Hosts that nobody has to be able to reach, and that it needs, or asks all the same."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import Response

from conformance.reference.defects.definition import defect
from conformance.reference.elsewhere import VENDOR, answers, at_start
from conformance.reference.events.summaries import Summaries
from conformance.reference.problems import ControlPlaneAway
from conformance.reference.proxy import Proxy

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.reference.call import Call
    from conformance.reference.composition import Reference

LOGIN = "/api/apikey/login"
DATASET = "/api/dataset/register"


class NotStarting(Exception):
    """It does not start."""


@defect(breaks={"URL-06"})
def needs_a_host_of_the_vendor_to_start(reference: Reference) -> Reference:
    """It asks a host beyond the allow list for its version, and does not start without."""

    async def ask() -> None:
        if not await answers(VENDOR):
            raise NotStarting(f"{VENDOR} cannot be reached")

    return replace(reference, wrap=(*reference.wrap, lambda app: at_start(app, ask)))


@defect(breaks={"URL-06"})
def logs_nobody_in_after_a_ping_that_failed(reference: Reference) -> Reference:
    """It pings a host of the vendor at start-up; where that fails, logins are refused."""
    pinged: list[bool] = []

    async def ping() -> None:
        pinged.append(await answers(VENDOR))

    def wrap(app: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope.get("path") == LOGIN and not all(pinged):
                return await Response("not activated", 503)(scope, receive, send)
            return await app(scope, receive, send)

        return at_start(serve, ping)

    return replace(reference, wrap=(*reference.wrap, wrap))


@defect(breaks={"URL-06"})
def asks_the_vendor_before_it_queries(reference: Reference) -> Reference:
    """Each query needs the permission of another host of the vendor."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope.get("path") == "/btql" and not await answers(VENDOR):
                return await Response("no permission", 502)(scope, receive, send)
            return await app(scope, receive, send)

        return serve

    return replace(reference, wrap=(*reference.wrap, wrap))


@defect(breaks={"URL-05"})
def looks_whether_the_public_url_is_there(reference: Reference) -> Reference:
    """It asks the public URL for its page when it makes links, whatever comes of that."""

    class Flawed(Summaries):
        async def experiment(self, call: Call) -> Response:
            await answers(call.parts.settings.public_url)
            return await super().experiment(call)

    return replace(reference, summaries=Flawed())


@defect(breaks={"URL-05"})
def registers_through_the_public_url(reference: Reference) -> Reference:
    """Datasets of SDKs are registered under the public URL, and not where calls go."""

    class Flawed(Proxy):
        async def forward(self, call: Call) -> Response:
            settings = call.parts.settings
            apart = settings.public_url != settings.app_url
            if call.trail.path == DATASET and apart and not await answers(settings.public_url):
                raise ControlPlaneAway("The web application cannot be reached")
            return await super().forward(call)

    return replace(reference, proxy=Flawed())


@defect(breaks={"URL-05"})
def does_not_start_while_the_public_url_is_away(reference: Reference) -> Reference:
    """A public URL that cannot be reached counts as a mistake in the settings."""
    settings = reference.settings

    async def check() -> None:
        if settings.public_url != settings.app_url and not await answers(settings.public_url):
            raise NotStarting(f"BRAINTRUST_APP_PUBLIC_URL: {settings.public_url} is not there")

    return replace(reference, wrap=(*reference.wrap, lambda app: at_start(app, check)))
