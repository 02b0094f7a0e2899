"""Other ways to be the one address of SDKs and pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import httpx

from conformance.reference.control_plane import LIMITS, TIMEOUT, ControlPlane
from conformance.reference.cors import Cors
from conformance.reference.elsewhere import VENDOR, answers, at_start
from conformance.reference.proxy import Proxy
from conformance.reference.rewriting import Rewriting
from conformance.reference.variants.definition import variant

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.composition import Reference


@variant
def lets_every_page_read(reference: Reference) -> Reference:
    """Pages of any origin are allowed by a star, and no cookies: keys are in a header anyway."""

    class Other(Cors):
        def granted(self, origin: str | None) -> list[tuple[bytes, bytes]]:
            del origin
            return [
                (b"access-control-allow-origin", b"*"),
                (b"access-control-expose-headers", ",".join(self.exposed()).encode()),
            ]

        def allows(self, origin: str) -> bool:
            del origin
            return True

    return replace(reference, cors=Other(reference.settings))


@variant
def answers_preflights_with_what_was_asked(reference: Reference) -> Reference:
    """A preflight is answered 200, with the one method that was asked for."""

    class Other(Cors):
        def preflight(self, headers: Headers) -> Response:
            response = super().preflight(headers)
            asked = headers.get("access-control-request-method")
            if asked and "access-control-allow-methods" in response.headers:
                response.headers["access-control-allow-methods"] = asked
            response.status_code = 200
            return response

    return replace(reference, cors=Other(reference.settings))


@variant
def names_itself_in_logins(reference: Reference) -> Reference:
    """A login gives the data plane's own idea of its URL, whatever the organisation is set to."""

    def change(call: Call, answer: object) -> object:
        if call.trail.parameters["kind"] != "apikey" or not isinstance(answer, dict):
            return answer
        own = {"api_url": _own_url(call), "proxy_url": _own_url(call)}
        return answer | {"org_info": [{**each, **own} for each in answer.get("org_info", [])]}

    return replace(reference, proxy=Rewriting(change))


def _own_url(call: Call) -> str:
    _, _, port = call.trail.headers.get("host", "").rpartition(":")
    return f"http://localhost:{port}/"


@variant
def tells_failures_as_a_gateway(reference: Reference) -> Reference:
    """Whatever goes wrong in the control plane is told as a bad gateway."""

    class Other(Proxy):
        async def forward(self, call: Call) -> Response:
            response = await super().forward(call)
            if response.status_code >= 500:
                response.status_code = 502
            return response

    return replace(reference, proxy=Other())


@variant
def uses_no_proxy_for_loopback(reference: Reference) -> Reference:
    """What names this machine is asked without a proxy, as some HTTP clients always do."""

    class Other(ControlPlane):
        def pool(self, *, verify: bool) -> httpx.AsyncClient:
            directly = dict.fromkeys(("all://localhost", "all://127.0.0.1"))
            return httpx.AsyncClient(limits=LIMITS, timeout=TIMEOUT, verify=verify, mounts=directly)

    return replace(reference, control_plane=Other(reference.settings))


@variant
def asks_for_a_newer_version_in_vain(reference: Reference) -> Reference:
    """At its start it asks another host whether there is a newer version, and does without."""

    async def ask() -> None:
        await answers(VENDOR)

    return replace(reference, wrap=(*reference.wrap, lambda app: at_start(app, ask)))
