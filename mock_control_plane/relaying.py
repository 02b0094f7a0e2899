"""Relay: forwards every request to an upstream, in streams, and enters each exactly once.

An entry is durable before the last byte of its answer leaves, as it is where the mock answers.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import httpx

from mock_control_plane.acquaintances import MAX_ANSWER, Acquaintances, introduces
from mock_control_plane.bodies import Allowance
from mock_control_plane.credentials import CREDENTIALS, LOGIN, digest, kept_headers, without_token
from mock_control_plane.hops import back, has_body, length_of
from mock_control_plane.journal import Record
from mock_control_plane.keeping import WHOLE, Passing, scrubbed
from mock_control_plane.performing import GONE_WITHIN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    from mock_control_plane.hops import Headers
    from mock_control_plane.journal import Journal
    from mock_control_plane.upstream import Upstream

FAULT: Final = "upstream"


class ClientLeft(Exception):
    """Whoever asked does not wait for the answer."""


@dataclass(frozen=True, slots=True)
class Relay:
    """An ASGI application in place of the one of a realm; `bodies` says how they are kept."""

    upstream: Upstream
    journal: Journal
    realm: str
    bodies: str = WHOLE
    acquaintances: Acquaintances = field(default_factory=Acquaintances)
    allowance: Allowance = field(default_factory=Allowance)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, and its answer back."""
        passage = _Passage(self, scope, receive, send)
        forwarding = asyncio.create_task(passage.forward())
        leaving = asyncio.create_task(passage.left())
        try:
            await asyncio.wait({forwarding, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not passage.entered:
                forwarding.cancel()
            await asyncio.gather(forwarding, return_exceptions=True)
            if passage.fault is not None:
                await asyncio.wait({leaving}, timeout=GONE_WITHIN)
        finally:
            forwarding.cancel()
            leaving.cancel()
            await passage.settle(None)
            passage.body.release()
        if not forwarding.cancelled():
            forwarding.result()


class _Passage:
    """One request on its way through, and its answer on its way back."""

    def __init__(self, relay: Relay, scope: Scope, receive: Receive, send: Send) -> None:
        self.at = time.time()
        self.arrived = time.monotonic()
        self.relay = relay
        self.scope = scope
        self.receive = receive
        self.send = send
        self.body = Passing(relay.allowance, relay.bodies)
        self.path: str = scope["raw_path"].decode("latin-1")
        self.fault: str | None = None
        self.entered = False
        self.taken = asyncio.Event()
        self.heard: bytearray | None = None

    async def left(self) -> None:
        """Return when the client is gone; as long as it sends, that is found out by reading."""
        await self.taken.wait()
        while (await self.receive())["type"] != "http.disconnect":
            pass

    async def forward(self) -> None:
        """Pass the request on, and the answer back; or say that there is none."""
        pieces = self._pieces()
        try:
            if not has_body(self.scope["headers"]):
                await _drained(pieces)
            answer = await self.relay.upstream.ask(self.scope, pieces)
        except ClientLeft:
            return
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            await self._fail(problem, pieces)
            return
        try:
            # An upstream that has heard enough may answer before it has read everything.
            await _drained(pieces)
            await self._back(answer)
        except ClientLeft:
            return
        finally:
            await answer.aclose()

    async def settle(self, status: int | None) -> None:
        """Enter it, unless that was done."""
        if not self.entered:
            self.entered = True
            await self.relay.journal.append(self._record(status))

    async def _pieces(self) -> AsyncIterator[bytes]:
        try:
            async for piece in self.body.pieces(self.receive):
                yield piece
        finally:
            self.taken.set()
        if not self.body.whole:
            raise ClientLeft

    async def _fail(self, problem: Exception, pieces: AsyncIterator[bytes]) -> None:
        self.fault = FAULT
        try:
            await _drained(pieces)
        except ClientLeft:
            return
        failure = self.relay.upstream.failure(problem)
        text = failure.sentence.encode("utf-8", "backslashreplace")
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(text)),
        ]
        await self.settle(failure.status)
        await self._start(failure.status, headers)
        await self._piece(text, more=False)

    async def _back(self, answer: httpx.Response) -> None:
        status = answer.status_code
        headers = back(answer.headers.raw, status)
        bodiless = self.scope["method"] == "HEAD" or status in (204, 304)
        left = 0 if bodiless else length_of(headers)
        if status == httpx.codes.OK and introduces(self.path, self.scope["headers"]):
            self.heard = bytearray()
        if left == 0:
            await self.settle(status)
        await self._start(status, headers)
        try:
            async for piece in answer.aiter_raw():
                left = None if left is None else left - len(piece)
                self._hear(piece)
                if left is not None and left <= 0:
                    self._learn(headers)
                    await self.settle(status)
                await self._piece(piece, more=True)
        except httpx.HTTPError:
            await self._break_off()
            return
        self._learn(headers)
        await self.settle(status)
        await self._piece(b"", more=False)

    async def _break_off(self) -> None:
        """End an answer as the upstream did, in its middle: the client must see that."""
        self.fault = FAULT
        await self.settle(None)
        self.scope["transport"].close()

    def _hear(self, piece: bytes) -> None:
        if self.heard is not None and len(self.heard) <= MAX_ANSWER:
            self.heard += piece

    def _learn(self, headers: Headers) -> None:
        if self.heard:
            credential = self._credential(kept_headers(self.scope["headers"])[1])
            if credential is not None:
                self.relay.acquaintances.learn(credential, headers, bytes(self.heard))
            self.heard = None

    def _credential(self, found: dict[bytes, str]) -> str | None:
        value = next((found[name] for name in CREDENTIALS if name in found), None)
        if value is None and self.path == LOGIN:
            value = without_token(self.body.head)[1]
        return None if value is None else digest(value)

    def _record(self, status: int | None) -> Record:
        scope = self.scope
        headers, found = kept_headers(scope["headers"])
        credential = self._credential(found)
        principal = self.relay.acquaintances.principal(credential)
        encoding = dict(scope["headers"]).get(b"content-encoding", b"").decode("latin-1")
        return Record(
            realm=self.relay.realm,
            at=self.at,
            monotonic=self.arrived,
            method=scope["method"],
            path=scrubbed(scope["raw_path"]).decode("latin-1"),
            query=scrubbed(scope["query_string"]).decode("latin-1"),
            principal_kind=principal.kind,
            principal=principal.id,
            credential=credential,
            status=status,
            fault=self.fault,
            duration=time.monotonic() - self.arrived,
            body_size=self.body.size,
            headers=scrubbed(headers),
            body=self.body.kept(self.path, encoding),
        )

    async def _start(self, status: int, headers: Headers) -> None:
        await self.send({"type": "http.response.start", "status": status, "headers": headers})

    async def _piece(self, piece: bytes, *, more: bool) -> None:
        await self.send({"type": "http.response.body", "body": piece, "more_body": more})


async def _drained(pieces: AsyncIterator[bytes]) -> None:
    """Take what is left of a body."""
    async for _ in pieces:
        pass
