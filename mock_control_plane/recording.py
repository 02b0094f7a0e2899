"""Recorder: wraps the finished application; exactly one entry for every request.

An entry is durable before the last byte of its answer leaves: who has the answer can see the entry.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from mock_control_plane.acknowledging import TEXT, whole
from mock_control_plane.bodies import MAX_BODY, Body
from mock_control_plane.credentials import CREDENTIALS, LOGIN, digest, kept_headers, without_token
from mock_control_plane.faults import SCRIPTED
from mock_control_plane.journal import Record
from mock_control_plane.performing import Kept, Line, Performance, Said, as_sent

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from mock_control_plane.acknowledging import Acknowledgements
    from mock_control_plane.answers import Answer as Scripted
    from mock_control_plane.bodies import Allowance
    from mock_control_plane.entry import Principal
    from mock_control_plane.faults import Faults
    from mock_control_plane.journal import Journal

TOO_LARGE: Final = whole(
    413, TEXT, b"a body of more than %d bytes is not read; send less at once" % MAX_BODY
)


class Recorder:
    """An ASGI application around the one of a realm.

    A request that only has to be recorded and acknowledged never sees the inner application.
    """

    def __init__(  # noqa: PLR0913 - what a recorder works with, and nothing optional
        self,
        app: ASGIApp,
        journal: Journal,
        *,
        realm: str,
        principal_of: Callable[[str | None], Principal],
        acknowledgements: Acknowledgements,
        allowance: Allowance,
        faults: Faults,
    ) -> None:
        self.app = app
        self.journal = journal
        self.realm = realm
        self.principal_of = principal_of
        self.acknowledgements = acknowledgements
        self.allowance = allowance
        self.faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, and enter it."""
        request = _Request(self, scope)
        try:
            await request.body.read(receive)
            await self._answer(request, receive, send)
        finally:
            request.body.release()

    async def _answer(self, request: _Request, receive: Receive, send: Send) -> None:
        scope, body = request.scope, request.body
        if not body.whole:
            await request.enter(None)
            return
        if self.faults.scripts:
            script = self.faults.take(scope, request.principal)
            if script is not None:
                await self._perform(script, request, receive, send)
                return
        row = self.acknowledgements.rows.get((scope["method"], scope["path"]))
        if row is not None:
            answer = await self.acknowledgements.answer(row, scope["headers"], body)
        elif body.is_cut:
            answer = TOO_LARGE
        else:
            await request.routed(self.app, receive, send)
            return
        await request.enter(answer.start["status"])
        await send(answer.start)
        await send(answer.body)

    async def _perform(
        self, script: Scripted, request: _Request, receive: Receive, send: Send
    ) -> None:
        line = Line(request.scope, receive)
        self.faults.lines.add(line)
        request.fault = SCRIPTED
        try:
            await Performance(script, line, request.enter).run(
                lambda: self._own(script, request, receive), send
            )
        finally:
            self.faults.lines.discard(line)
            line.release()

    async def _own(self, script: Scripted, request: _Request, receive: Receive) -> Said:
        """Make the answer that there would be without a script, and send nothing."""
        scope, body, kept = request.scope, request.body, Kept()
        row = self.acknowledgements.rows.get((scope["method"], scope["path"]))
        if row is not None:
            answer = await self.acknowledgements.answer(row, scope["headers"], body)
            kept.take(*answer)
        elif body.is_cut:
            kept.take(*TOO_LARGE)
        else:
            await self.app(scope, _replayed(body.content, receive), kept)
        return kept.said(as_sent(script))


class _Request:
    """One request while it is answered."""

    __slots__ = ("arrived", "at", "body", "fault", "recorder", "scope")

    def __init__(self, recorder: Recorder, scope: Scope) -> None:
        self.at = time.time()
        self.arrived = time.monotonic()
        self.recorder = recorder
        self.scope = scope
        self.body = Body(recorder.allowance)
        self.fault: str | None = None

    def principal(self) -> Principal:
        """Tell whose `Authorization` it carries."""
        named = dict(reversed(self.scope["headers"]))
        authorization = named.get(b"authorization")
        return self.recorder.principal_of(authorization and authorization.decode("latin-1"))

    async def routed(self, app: ASGIApp, receive: Receive, send: Send) -> None:
        """Let the inner application answer."""
        answer = _Answer(self, send)
        try:
            await app(self.scope, _replayed(self.body.content, receive), answer)
        finally:
            if not answer.entered:
                await self.enter(None)

    def enter(self, status: int | None) -> asyncio.Future[int]:
        """Append the entry; to be awaited before the answer is completed."""
        scope, recorder = self.scope, self.recorder
        headers, found = kept_headers(scope["headers"])
        authorization = found.get(b"authorization")
        credential = next((found[name] for name in CREDENTIALS if name in found), None)
        body = self.body.content
        if body and scope["path"] == LOGIN:
            body, token = without_token(body)
            authorization = authorization or token
            credential = credential or token
        principal = recorder.principal_of(authorization)
        return recorder.journal.append(
            Record(
                realm=recorder.realm,
                at=self.at,
                monotonic=self.arrived,
                method=scope["method"],
                path=scope["raw_path"].decode("latin-1"),
                query=scope["query_string"].decode("latin-1"),
                principal_kind=principal.kind,
                principal=principal.id,
                credential=None if credential is None else digest(credential),
                status=status,
                fault=self.fault,
                duration=time.monotonic() - self.arrived,
                body_size=self.body.size,
                headers=headers,
                body=body,
            )
        )


class _Answer:
    """The way out of one answer: what would complete it waits until the entry is durable.

    The head waits for the first of the body, because it may be all that there is: to HEAD, with a
    status that has no body, or with a length of zero.
    """

    __slots__ = ("entered", "head", "left", "request", "send", "status")

    def __init__(self, request: _Request, send: Send) -> None:
        self.request = request
        self.send = send
        self.head: Message | None = None
        self.entered = False
        self.left: int | None = None
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.head = message
            self.status = message["status"]
            self.left = self._length(message)
            return
        if self.left is not None:
            self.left -= len(message.get("body", b""))
        completes = not message.get("more_body") or (self.left is not None and self.left <= 0)
        if completes and not self.entered:
            self.entered = True
            await self.request.enter(self.status)
        if self.head is not None:
            await self.send(self.head)
            self.head = None
        await self.send(message)

    def _length(self, head: Message) -> int | None:
        if self.request.scope["method"] == "HEAD" or self.status in (204, 304):
            return 0
        for name, value in head.get("headers", ()):
            if name.lower() == b"content-length":
                return int(value)
        return None


def _replayed(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
