"""One request on its way through the routes."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING
from urllib.parse import unquote

from starlette.datastructures import Headers, QueryParams

from conformance.reference import bodies
from conformance.reference.auditor import Trail
from conformance.reference.problems import BadRequest

if TYPE_CHECKING:
    from starlette.types import Receive, Scope

    from conformance.reference.caller import Caller
    from conformance.reference.parts import Parts

LARGEST_BODY = 64 * 1024 * 1024


class ClientGone(Exception):
    """The client went away before its request was complete; nobody waits for an answer."""


class Call:
    """A request, who makes it, the parts to serve it with, and the trail that it leaves."""

    def __init__(self, parts: Parts, template: str, scope: Scope, receive: Receive) -> None:
        self.parts = parts
        self.scope = scope
        self.method: str = scope["method"]
        self.trace_id = f"{int(time.time()):08x}{0:08x}{os.urandom(8).hex()}"
        given: dict[str, str] = scope.get("path_params", {})
        self.trail = Trail(
            template=template,
            parameters={name: unquote(value) for name, value in given.items()},
            method=self.method,
            path=scope["path"],
            headers=Headers(scope=scope),
        )
        self._receive = receive

    @property
    def caller(self) -> Caller:
        """The verified caller; routes that need none must not ask."""
        assert self.trail.caller is not None, "the route is open: it has no caller"
        return self.trail.caller

    @property
    def query(self) -> QueryParams:
        """The decoded query."""
        return QueryParams(self.scope["query_string"])

    def id(self) -> str:
        """Return the object's id, the path's only parameter, or refuse what is no id."""
        ((name, value),) = self.trail.parameters.items()
        return bodies.identifier(value, name)

    async def body(self) -> bytes:
        """Return the whole body; to be read once."""
        chunks: list[bytes] = []
        size = 0
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise ClientGone
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > LARGEST_BODY:
                raise BadRequest(f"The body is larger than {LARGEST_BODY} bytes")
            if not message.get("more_body", False):
                return b"".join(chunks)

    async def json(self) -> dict[str, object]:
        """Return the JSON object in the body, whatever its content type says."""
        return bodies.parse(await self.body())
