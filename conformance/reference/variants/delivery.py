"""Other ways for an answer to travel: headers, framing, connections, encodings, time."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from starlette.middleware.gzip import GZipMiddleware

from conformance.reference.variants.definition import variant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from conformance.reference.composition import Reference

    Header = tuple[bytes, bytes]
    Change = Callable[[list[Header]], list[Header]]

# The server frames answers by these, and knows them in lower case only.
FRAMING = frozenset({b"content-length", b"transfer-encoding", b"connection"})
PIECE = 50
STARTS_AFTER = 1.5
OF_A_LOAD_BALANCER = [
    (b"server", b"load-balancer"),
    (b"set-cookie", b"LB=1f0c; Path=/; HttpOnly"),
    (b"cache-control", b"no-store"),
    (b"surrogate-control", b"no-store"),
    (b"expires", b"0"),
    (b"etag", b'W/"2f-a1b2c3"'),
    (b"strict-transport-security", b"max-age=31536000"),
    (b"x-bt-api-duration-ms", b"3"),
    (b"x-bt-brainstore-duration-ms", b"1"),
]


@variant
def spells_headers_in_title_case(reference: Reference) -> Reference:
    """Header names come as X-Bt-Audit-User-Id."""
    return _with_headers(
        reference, lambda headers: [(_titled(name), value) for name, value in headers]
    )


@variant
def adds_headers_of_a_load_balancer(reference: Reference) -> Reference:
    """Answers carry a cookie, an entity tag and other headers that nobody asked for."""
    return _with_headers(reference, lambda headers: [*OF_A_LOAD_BALANCER, *headers])


@variant
def closes_every_connection(reference: Reference) -> Reference:
    """Each connection serves one request and is closed, as with HTTP/1.0."""
    return _with_headers(reference, lambda headers: [*headers, (b"connection", b"close")])


@variant
def answers_in_small_chunks(reference: Reference) -> Reference:
    """Answers come chunked, in many small pieces and without a length."""

    def chunked(app: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_pieces(message: Message) -> None:
                for piece in _pieces(message):
                    await send(piece)

            await app(scope, receive, send_pieces if scope["type"] == "http" else send)

        return serve

    return replace(reference, wrap=(*reference.wrap, chunked))


@variant
def compresses_answers(reference: Reference) -> Reference:
    """Answers are encoded with gzip for clients that accept it."""

    def compressing(app: ASGIApp) -> ASGIApp:
        return GZipMiddleware(app, minimum_size=1)

    return replace(reference, wrap=(*reference.wrap, compressing))


@variant
def starts_slowly(reference: Reference) -> Reference:
    """The data plane accepts no connection in its first second and a half."""

    def slow(app: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                await asyncio.sleep(STARTS_AFTER)
            await app(scope, receive, send)

        return serve

    return replace(reference, wrap=(*reference.wrap, slow))


def _with_headers(reference: Reference, change: Change) -> Reference:
    def changing(app: ASGIApp) -> ASGIApp:
        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            async def send_changed(message: Message) -> None:
                if message["type"] == "http.response.start":
                    message = {**message, "headers": change(list(message["headers"]))}
                await send(message)

            await app(scope, receive, send_changed)

        return serve

    return replace(reference, wrap=(*reference.wrap, changing))


class _Spelled(bytes):
    """A header name that keeps its spelling: uvicorn writes names in lower case."""

    def lower(self) -> _Spelled:
        """Stay as it is."""
        return self


def _titled(name: bytes) -> bytes:
    return name if name in FRAMING else _Spelled(name.title())


def _pieces(message: Message) -> Iterator[Message]:
    if message["type"] == "http.response.start":
        headers = [each for each in message["headers"] if each[0] != b"content-length"]
        yield {**message, "headers": headers}
        return
    body: bytes = message.get("body", b"")
    pieces = [body[start : start + PIECE] for start in range(0, len(body), PIECE)] or [b""]
    for piece in pieces[:-1]:
        yield {**message, "body": piece, "more_body": True}
    yield {**message, "body": pieces[-1]}
