"""Calls that are passed on, and do not come through as they are."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import httpx
from starlette.responses import Response, StreamingResponse

from conformance.reference.control_plane import ControlPlane
from conformance.reference.defects.definition import defect
from conformance.reference.proxy import NOT_SENT, Proxy
from conformance.reference.rewriting import Rewriting, like

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.control_plane import Headers
    from conformance.reference.proxy import Header


@defect(breaks={"URL-02"})
def leaves_null_members_out(reference: Reference) -> Reference:
    """Members that are null are dropped from what the control plane answers."""

    def change(_: Call, answer: object) -> object:
        return _without_null(answer)

    return replace(reference, proxy=Rewriting(change))


def _without_null(value: object) -> object:
    if isinstance(value, list):
        return [_without_null(each) for each in value]
    if isinstance(value, dict):
        return {name: _without_null(each) for name, each in value.items() if each is not None}
    return value


@defect(breaks={"URL-02", "URL-16"})
def calls_a_bad_request_missing(reference: Reference) -> Reference:
    """Where the control plane answers 400, callers are told 404."""

    class Flawed(Proxy):
        async def forward(self, call: Call) -> Response:
            response = await super().forward(call)
            response.status_code = 404 if response.status_code == 400 else response.status_code
            return response

    return replace(reference, proxy=Flawed())


@defect(breaks={"URL-02"})
def answers_registrations_from_memory(reference: Reference) -> Reference:
    """A project's registration that was answered before is answered in the same way again."""

    class Flawed(ControlPlane):
        known: ClassVar[dict[bytes, bytes]] = {}

        async def send(
            self, method: str, target: bytes, *, headers: Headers, content: bytes
        ) -> httpx.Response:
            if target == b"/api/project/register" and content in self.known:
                typed = {"content-type": "application/json"}
                return httpx.Response(
                    200, headers=typed, stream=httpx.ByteStream(self.known[content])
                )
            answer = await super().send(method, target, headers=headers, content=content)
            if target != b"/api/project/register" or answer.status_code != 200:
                return answer
            self.known[content] = await answer.aread()
            whole = httpx.ByteStream(self.known[content])
            return httpx.Response(200, headers=answer.headers, stream=whole)

    return replace(reference, control_plane=Flawed(reference.settings))


@defect(breaks={"URL-02", "URL-16"})
def strips_the_query(reference: Reference) -> Reference:
    """What is passed on has the path of the request only."""

    class Flawed(Proxy):
        def target(self, call: Call) -> bytes:
            return super().target(call).partition(b"?")[0]

    return replace(reference, proxy=Flawed())


@defect(breaks={"URL-16"})
def sorts_the_query(reference: Reference) -> Reference:
    """The parameters of a query are passed on in the order of their names."""

    class Flawed(Proxy):
        def target(self, call: Call) -> bytes:
            path, mark, query = super().target(call).partition(b"?")
            return path + mark + b"&".join(sorted(query.split(b"&")))

    return replace(reference, proxy=Flawed())


@defect(breaks={"URL-16"})
def adds_its_own_credential(reference: Reference) -> Reference:
    """The deployment's licence goes out with every call of a user."""
    license = reference.settings.license.encode()

    class Flawed(Proxy):
        def sent(self, headers: Iterable[Header]) -> list[Header]:
            return [*super().sent(headers), (b"x-api-key", license)]

    return replace(reference, proxy=Flawed())


@defect(breaks={"URL-16"})
def passes_on_what_is_for_one_hop(reference: Reference) -> Reference:
    """Headers that the Connection header names go out with the call."""

    class Flawed(Proxy):
        def sent(self, headers: Iterable[Header]) -> list[Header]:
            kept = [(name.lower(), value) for name, value in headers]
            return [each for each in kept if each[0] not in NOT_SENT]

    return replace(reference, proxy=Flawed())


@defect(breaks={"URL-16"})
def writes_bodies_anew(reference: Reference) -> Reference:
    """A body in JSON is read and written again before it is passed on."""

    class Flawed(ControlPlane):
        async def send(
            self, method: str, target: bytes, *, headers: Headers, content: bytes
        ) -> httpx.Response:
            with contextlib.suppress(ValueError):
                content = json.dumps(json.loads(content)).encode()
            return await super().send(method, target, headers=headers, content=content)

    return replace(reference, control_plane=Flawed(reference.settings))


@defect(breaks={"URL-16"})
def gives_out_what_was_cut_short(reference: Reference) -> Reference:
    """An answer of the control plane that breaks off is given out as if it were whole."""

    class Flawed(Proxy):
        async def forward(self, call: Call) -> Response:
            response = await super().forward(call)
            if not isinstance(response, StreamingResponse):
                return response
            raw = bytearray()
            with contextlib.suppress(httpx.HTTPError):
                async for piece in response.body_iterator:
                    raw += bytes(piece, "utf-8") if isinstance(piece, str) else piece
            return like(response, bytes(raw))

    return replace(reference, proxy=Flawed())


@defect(breaks={"URL-16"})
def reads_no_body_without_a_length(reference: Reference) -> Reference:
    """What is passed on with a body that comes chunked goes out without it."""

    def wrap(app: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope.get("path", "").startswith("/api/") and _is_chunked(scope):
                while (await receive()).get("more_body"):
                    pass
                return await app(scope, _nothing, send)
            return await app(scope, receive, send)

        return serve

    return replace(reference, wrap=(*reference.wrap, wrap))


def _is_chunked(scope: Scope) -> bool:
    return any(name == b"transfer-encoding" for name, _ in scope["headers"])


async def _nothing() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
