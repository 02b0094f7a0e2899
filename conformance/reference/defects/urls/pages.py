"""What pages of an allowed origin are told, so that browsers refuse them; and links for people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.responses import Response

from conformance.reference.cors import Cors
from conformance.reference.defects.definition import defect
from conformance.reference.events.summaries import Summaries

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from conformance.reference.call import Call
    from conformance.reference.composition import Reference


@defect(breaks={"URL-09"})
def wants_a_key_for_preflights(reference: Reference) -> Reference:
    """A preflight without a credential is refused, and browsers send none with it."""

    class Flawed(Cors):
        def preflight(self, headers: Headers) -> Response:
            if "authorization" in headers:
                return super().preflight(headers)
            return Response("Unauthorized", 401)

    return replace(reference, cors=Flawed(reference.settings))


@defect(breaks={"URL-09"})
def allows_headers_by_a_star(reference: Reference) -> Reference:
    """Pages may send all headers but the one that a star does not stand for: Authorization."""

    class Flawed(Cors):
        def preflight(self, headers: Headers) -> Response:
            response = super().preflight(headers)
            if "access-control-allow-headers" in response.headers:
                response.headers["access-control-allow-headers"] = "*"
            return response

    return replace(reference, cors=Flawed(reference.settings))


@defect(breaks={"URL-09"})
def lets_pages_change_nothing(reference: Reference) -> Reference:
    """Pages may read and create; PATCH and DELETE are not among what is allowed."""

    class Flawed(Cors):
        def preflight(self, headers: Headers) -> Response:
            response = super().preflight(headers)
            if "access-control-allow-methods" in response.headers:
                response.headers["access-control-allow-methods"] = "GET, POST, PUT"
            return response

    return replace(reference, cors=Flawed(reference.settings))


@defect(breaks={"URL-09"})
def tells_every_page_the_first_origin(reference: Reference) -> Reference:
    """Whichever listed origin a page has, it is told that the first one on the list may."""
    first = next(iter(reference.settings.whitelisted_origins), "").encode()

    class Flawed(Cors):
        def granted(self, origin: str | None) -> list[tuple[bytes, bytes]]:
            return [
                (name, first if name == b"access-control-allow-origin" else value)
                for name, value in super().granted(origin)
            ]

    return replace(reference, cors=Flawed(reference.settings))


@defect(breaks={"URL-04"})
def links_to_where_it_calls(reference: Reference) -> Reference:
    """Links lead to the URL that the data plane itself uses, whatever people know it by."""

    class Flawed(Summaries):
        def url(self, call: Call, *path: str) -> str:
            return (
                super()
                .url(call, *path)
                .replace(call.parts.settings.public_url, call.parts.settings.app_url, 1)
            )

    return replace(reference, summaries=Flawed())


@defect(breaks={"URL-04"})
def links_to_the_host_of_the_public_url(reference: Reference) -> Reference:
    """Links keep the host of the public URL and lose its path."""

    class Flawed(Summaries):
        def url(self, call: Call, *path: str) -> str:
            public = call.parts.settings.public_url
            host = "/".join(public.split("/")[:3])
            return super().url(call, *path).replace(public, host, 1)

    return replace(reference, summaries=Flawed())
