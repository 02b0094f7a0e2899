"""Egress: a forward proxy that records where a data plane connects, and lets it go where it may.

It speaks what HTTP clients make of HTTP_PROXY and HTTPS_PROXY (RFC 9110, 7.6 and 9.3.6): requests
with a whole URL as their target, and CONNECT. What it records is kept as counts, by destination.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import h11

from mock_control_plane.answers import Destination
from mock_control_plane.hops import back, onward
from mock_control_plane.hosts import normal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

    from mock_control_plane.hosts import Hosts

    Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

CONNECTED_WITHIN: Final = 10.0
MAX_HEAD: Final = 1024 * 1024
CHUNK: Final = 64 * 1024
OTHER: Final = "other"
PORTS: Final = {"http": 80, "https": 443}

THROUGH: Final = "through"
REFUSED: Final = "refused"
UNREACHABLE: Final = "unreachable"


class Refusal(Exception):
    """A request that goes no further: the status and the sentence that its client gets."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request wants to go; a tunnel's bytes are nobody's business."""

    host: str
    port: int
    tunnel: bool
    path: bytes = b""


class Egress:
    """The destinations of one data plane. Belongs to the thread of the event loop.

    `allowed` are the hosts it may reach, by the name of what allows them; None lets it go anywhere.
    """

    def __init__(self) -> None:
        self.allowed: Mapping[str, Hosts] | None = {}
        self._seen: dict[tuple[str, int, bool, str], Destination] = {}
        self._open: set[asyncio.StreamWriter] = set()

    @property
    def destinations(self) -> list[Destination]:
        """Where it connected so far, in the order of the first times."""
        return list(self._seen.values())

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one connection of a client until it ends."""
        self._open.add(writer)
        try:
            await _Connection(self, reader, writer).run()
        except (ConnectionError, h11.ProtocolError, asyncio.IncompleteReadError):
            pass  # whoever is gone, or speaks something else, is told nothing more
        finally:
            self._open.discard(writer)
            writer.close()

    def end(self) -> None:
        """Cut every connection that is still open."""
        for writer in self._open:
            writer.transport.abort()

    async def connect(self, target: Target) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to where a client wants to go, and take note of it; `Refusal` if it may not."""
        allowance = self._allowance(target)
        if allowance is None:
            self._note(target, OTHER, REFUSED)
            raise Refusal(403, f"{target.host}:{target.port} is not among what may be reached")
        try:
            async with asyncio.timeout(CONNECTED_WITHIN):
                streams = await asyncio.open_connection(target.host, target.port)
        except (OSError, UnicodeError) as problem:
            self._note(target, allowance, UNREACHABLE)
            reason = problem.strerror if isinstance(problem, OSError) else None
            raise Refusal(
                502, f"{target.host}:{target.port} cannot be reached ({reason or 'no answer'})"
            ) from None
        self._note(target, allowance, THROUGH)
        return streams

    def _allowance(self, target: Target) -> str | None:
        """Return what allows a destination, None if nothing does."""
        if self.allowed is None:
            return OTHER
        found = (
            name for name, hosts in self.allowed.items() if hosts.have(target.host, target.port)
        )
        return next(found, None)

    def _note(self, target: Target, allowance: str, outcome: str) -> None:
        at, key = time.time(), (target.host, target.port, target.tunnel, outcome)
        before = self._seen.get(key) or Destination(
            target.host, target.port, target.tunnel, outcome, allowance, 0, at, at
        )
        self._seen[key] = replace(before, count=before.count + 1, last=at)


class _Connection:
    """One connection of a client: request after request, or one tunnel."""

    def __init__(
        self, egress: Egress, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.egress = egress
        self.near = _Side(h11.SERVER, reader, writer)

    async def run(self) -> None:
        near = self.near
        while True:
            request = await near.event()
            if not isinstance(request, h11.Request):
                return
            try:
                target = target_of(request)
                far = await self.egress.connect(target)
            except Refusal as refusal:
                await self._refuse(refusal)
                return
            try:
                if target.tunnel:
                    await self._tunnel(*far)
                    return
                await self._pass(request, target, _Side(h11.CLIENT, *far))
            finally:
                far[1].close()
            if near.http.our_state is h11.MUST_CLOSE or near.http.their_state is h11.MUST_CLOSE:
                return
            near.http.start_next_cycle()

    async def _refuse(self, refusal: Refusal) -> None:
        text = f"{refusal}; this is the recording forward proxy that says so".encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(text)),
            (b"connection", b"close"),
        ]
        await self.near.send(h11.Response(status_code=refusal.status, headers=headers))
        await self.near.send(h11.Data(data=text))
        await self.near.send(h11.EndOfMessage())

    async def _pass(self, request: h11.Request, target: Target, far: _Side) -> None:
        headers = onward(list(request.headers), _netloc(target))
        passed = [*headers, (b"connection", b"close"), *_framing(request)]
        await far.send(h11.Request(method=request.method, target=target.path, headers=passed))
        sending = asyncio.create_task(self._send_body(far))
        try:
            await self._answer(far)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def _send_body(self, far: _Side) -> None:
        """Pass the body on, then watch whether the client waits for the answer."""
        try:
            async for event in self.near.body():
                await far.send(event)
            while piece := await self.near.reader.read(CHUNK):
                self.near.http.receive_data(piece)
        finally:
            far.writer.transport.abort()

    async def _answer(self, far: _Side) -> None:
        head = await far.event()
        while isinstance(head, h11.InformationalResponse):
            head = await far.event()
        if not isinstance(head, h11.Response):
            raise ConnectionError("the destination closed the connection before it answered")
        headers = back(list(head.headers), head.status_code)
        await self.near.send(h11.Response(status_code=head.status_code, headers=headers))
        async for event in far.body():
            await self.near.send(event)

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self.near.send(h11.Response(status_code=200, headers=[]))
        early, _ = self.near.http.trailing_data
        writer.write(early)
        await asyncio.gather(_pour(self.near.reader, writer), _pour(reader, self.near.writer))


class _Side:
    """HTTP spoken on one of the two connections."""

    def __init__(
        self,
        role: type[h11.CLIENT] | type[h11.SERVER],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.http = h11.Connection(role, max_incomplete_event_size=MAX_HEAD)
        self.reader = reader
        self.writer = writer

    async def event(self) -> h11.Event | None:
        """Return what comes next; None where HTTP is over for now."""
        while (event := self.http.next_event()) is h11.NEED_DATA:
            if self.http.they_are_waiting_for_100_continue:
                await self.send(h11.InformationalResponse(status_code=100, headers=[]))
            self.http.receive_data(await self.reader.read(CHUNK))
        return event if isinstance(event, h11.Event) else None

    async def body(self) -> AsyncIterator[h11.Data | h11.EndOfMessage]:
        while isinstance(event := await self.event(), h11.Data):
            yield event
        if not isinstance(event, h11.EndOfMessage):
            raise ConnectionError("the body was cut short")
        yield h11.EndOfMessage()

    async def send(self, event: h11.Event) -> None:
        self.writer.write(self.http.send(event) or b"")
        await self.writer.drain()


def target_of(request: h11.Request) -> Target:
    """Return where a request to a forward proxy wants to go; `Refusal` if that cannot be told."""
    text, tunnel = request.target.decode("latin-1"), request.method == b"CONNECT"
    try:
        parts = urlsplit(f"//{text}" if tunnel else text)
        port = parts.port or PORTS.get(parts.scheme)
    except ValueError:
        parts, port = urlsplit(""), None
    if not parts.hostname or port is None or not (tunnel or parts.scheme == "http"):
        raise Refusal(
            400, "this is a forward proxy: expected CONNECT host:port, or a target http://host/path"
        )
    _, _, rest = text.partition("://")
    path = rest[len(parts.netloc) :] or "/"
    spelled = path if path.startswith("/") else f"/{path}"
    return Target(normal(parts.hostname), port, tunnel, spelled.encode("latin-1"))


def _netloc(target: Target) -> bytes:
    host = f"[{target.host}]" if ":" in target.host else target.host
    return (host if target.port == PORTS["http"] else f"{host}:{target.port}").encode("latin-1")


def _framing(request: h11.Request) -> list[tuple[bytes, bytes]]:
    """Return how the end of the body is told where no length is."""
    chunked = any(name == b"transfer-encoding" for name, _ in request.headers)
    return [(b"transfer-encoding", b"chunked")] if chunked else []


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until there are no more, and say so."""
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(CHUNK):
            writer.write(piece)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()
