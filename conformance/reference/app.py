"""The ASGI application: routes as they are listed, and what happens around each of them."""

from __future__ import annotations

import logging
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from starlette.routing import Route, Router

from conformance.reference.call import Call, ClientGone
from conformance.reference.problems import Broken, NoSuchRoute, Problem, WrongMethod
from conformance.reference.telemetry.signals import Served

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.reference.parts import Parts

    Action = Callable[[Call], Awaitable[Response]]
    Table = Mapping[str, Mapping[str, Action]]

ELSEWHERE = "/{path}"
TRACE_ID = b"x-bt-internal-trace-id"

log = logging.getLogger(__name__)


class Endpoint:
    """One route: authentication, the action, and an answer in every case, audited if asked."""

    def __init__(
        self, parts: Parts, template: str, actions: Mapping[str, Action], *, open: bool = False
    ) -> None:
        self._parts = parts
        self._template = template
        self._actions = actions
        self._open = open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        call = Call(self._parts, self._template, scope, receive)
        started, since = time.time_ns(), time.perf_counter()
        try:
            response = await self._answer(call)
        except ClientGone:
            return
        response.raw_headers.append((TRACE_ID, call.trace_id.encode()))
        response = self._parts.auditor.audit(call.trail, response)
        await response(scope, receive, send)
        seconds = time.perf_counter() - since
        log.info("a request to %s was answered with %d", self._template, response.status_code)
        self._parts.reporting.served(
            Served(call.method, self._template, response.status_code, started, seconds)
        )

    async def _answer(self, call: Call) -> Response:
        try:
            return await self._serve(call)
        except ClientGone:
            raise
        except Problem as problem:
            refusal = problem
        except Exception:
            log.exception("a request to %s failed", call.trail.template)
            refusal = Broken("Internal Server Error")
        return self._parts.answers.problem(refusal, call.trail, call.trace_id)

    async def _serve(self, call: Call) -> Response:
        if not self._open:
            call.trail.caller = await self._parts.authentication.authenticate(
                self._parts.control_plane, call.trail.headers
            )
        action = self._actions.get(call.method)
        if action is not None:
            return await action(call)
        if self._actions:
            raise WrongMethod(f"{call.method} is not offered here; use {', '.join(self._actions)}")
        raise NoSuchRoute(f"There is no route {call.method} {call.trail.path}")


def application(parts: Parts, guarded: Table, opened: Table) -> ASGIApp:
    """Return the application that serves these routes; the opened ones need no key."""
    routes = [
        *(Route(path, Endpoint(parts, path, actions)) for path, actions in guarded.items()),
        *(
            Route(path, Endpoint(parts, path, actions, open=True))
            for path, actions in opened.items()
        ),
    ]

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[None]:
        parts.store.open()
        await parts.control_plane.open(parts.limiter)
        await parts.courier.open()
        await parts.reporting.open(parts)
        try:
            yield
        finally:
            await parts.reporting.close()
            await parts.courier.close()
            await parts.control_plane.close()
            parts.store.close()

    elsewhere = Endpoint(parts, ELSEWHERE, {})
    router = Router(routes, redirect_slashes=False, default=elsewhere, lifespan=lifespan)
    return _undecoded(router)


def _undecoded(app: ASGIApp) -> ASGIApp:
    """Let routes see the path as it came: an encoded slash is part of an id, not a separator."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope = {**scope, "path": scope["raw_path"].decode("latin-1")}
        await app(scope, receive, send)

    return serve
