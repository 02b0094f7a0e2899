"""Other ways to be the one address of SDKs and pages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.cors import Cors
from conformance.reference.proxy import Proxy
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
def tells_failures_as_a_gateway(reference: Reference) -> Reference:
    """Whatever goes wrong in the control plane is told as a bad gateway."""

    class Other(Proxy):
        async def forward(self, call: Call) -> Response:
            response = await super().forward(call)
            if response.status_code >= 500:
                response.status_code = 502
            return response

    return replace(reference, proxy=Other())
