"""The data plane behind a reverse proxy: two hops, two servers, everything re-framed."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING

import httpx

from conformance.reference import server
from conformance.reference.proxy import HOP_BY_HOP, without
from conformance.reference.variants.definition import variant

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.reference.composition import Reference

    Header = tuple[bytes, bytes]

VIA = b"1.1 front"
NOT_PASSED = frozenset((*HOP_BY_HOP, b"host", b"content-length", b"server", b"date"))


@variant
def stands_behind_a_reverse_proxy(reference: Reference) -> Reference:
    """A proxy in front rewrites Host, adds Via and Server, and frames every body anew."""
    return replace(reference, wrap=(*reference.wrap, Front))


class Front:
    """A proxy that serves the application on a port of its own and forwards to it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start and stop with the server in front; forward every request."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            await self._forward(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with _serving(self._app) as url, httpx.AsyncClient(base_url=url) as client:
            client.headers.clear()
            client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            self._client = client
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        query = b"?" + scope["query_string"] if scope["query_string"] else b""
        request = self._client.build_request(
            scope["method"],
            "/",
            headers=[
                *without(scope["headers"], NOT_PASSED),
                (b"via", VIA),
                (b"x-forwarded-proto", b"http"),
            ],
            content=await _body(receive),
            extensions={"target": scope["raw_path"] + query},
        )
        answer = await self._client.send(request, stream=True)
        headers = [*without(answer.headers.raw, NOT_PASSED), (b"via", VIA), (b"server", b"front")]
        start = {"type": "http.response.start", "status": answer.status_code, "headers": headers}
        await send(start)
        async for chunk in answer.aiter_raw():
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


class _Inner(server.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to the server in front."""
        yield


@contextlib.asynccontextmanager
async def _serving(app: ASGIApp) -> AsyncIterator[str]:
    ready = asyncio.Event()
    with server.bind("127.0.0.1", 0) as bound:
        inner = _Inner(server.config(app), ready.set)
        serving = asyncio.create_task(inner.serve(sockets=[bound]))
        await ready.wait()
        yield server.url(bound)
        inner.should_exit = True
        await serving


async def _body(receive: Receive) -> bytes:
    chunks: list[bytes] = []
    while True:
        message = await receive()
        chunks.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(chunks)
