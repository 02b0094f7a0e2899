"""How a scripted answer is sent: late, in pieces, in part, never; and what really left.

Which request gets one is `faults`.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Message, Receive, Scope, Send

    from mock_control_plane.answers import Answer

    Headers = list[tuple[bytes, bytes]]
    Enter = Callable[[int | None], Awaitable[object]]

PIECES: Final = 8
# The server is told at once that a connection is gone, unless more requests are waiting in it.
GONE_WITHIN: Final = 1.0
BODILESS: Final = (204, 304)
# To linger for zero seconds is to reset.
RESET: Final = struct.pack("ii", 1, 0)


class Said(NamedTuple):
    """A complete answer, before anything is done to it."""

    status: int
    headers: Headers
    body: bytes


class Line:
    """The connection of one request, while it is kept waiting."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.bodiless: bool = scope["method"] == "HEAD"
        self._transport: asyncio.Transport = scope["transport"]
        self._gone = asyncio.create_task(_gone(receive))

    async def pause(self, seconds: float | None) -> bool:
        """Wait, for ever if None, and tell whether the client is still there."""
        if seconds == 0:
            return not self._gone.done()
        return not (await asyncio.wait({self._gone}, timeout=seconds))[0]

    async def hang_up(self) -> None:
        """Close the connection behind what was sent."""
        self._transport.close()
        await self.pause(GONE_WITHIN)

    async def reset(self) -> None:
        """Reset the connection."""
        taken = self._transport.get_extra_info("socket")
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self._transport.abort()
        await self.pause(GONE_WITHIN)

    def drop(self) -> None:
        """End the connection at once."""
        self._transport.abort()

    def release(self) -> None:
        """Stop listening for the client's going."""
        self._gone.cancel()


class Performance:
    """One answer on its way; entered once, before its last byte.

    What is entered is the status whose head was sent, or None if none was.
    """

    def __init__(self, answer: Answer, line: Line, enter: Enter) -> None:
        self.answer = answer
        self.line = line
        self._enter = enter
        self._entered = False
        self._sent: int | None = None

    async def run(self, own: Callable[[], Awaitable[Said]], send: Send) -> None:
        """Do what the script says; `own` makes the control plane's own answer."""
        try:
            if self.answer.never or self.answer.reset:
                await self._refrain()
                return
            said = await own() if self.answer.through else scripted(self.answer)
            if await self.line.pause(self.answer.delay):
                await self._send(said, send)
        finally:
            await self._settle(self._sent)

    async def _refrain(self) -> None:
        if self.answer.never:
            await self._settle(None)
            await self.line.pause(None)
        elif await self.line.pause(self.answer.delay):
            await self._settle(None)
            await self.line.reset()

    async def _send(self, said: Said, send: Send) -> None:
        body = b"" if self.line.bodiless or said.status in BODILESS else said.body
        shown = body if self.answer.cut is None else body[: self.answer.cut]
        head: Message = {"type": "http.response.start", "status": said.status}
        head["headers"] = said.headers
        pieces = cut_up(shown) if self.answer.drip else [shown]
        for number, piece in enumerate(pieces, 1):
            if number > 1 and not await self.line.pause(self.answer.drip):
                return
            last = number == len(pieces)
            if last:
                await self._settle(said.status)
            if number == 1:
                await send(head)
                self._sent = said.status
            more = not last or len(shown) < len(body)
            await send({"type": "http.response.body", "body": piece, "more_body": more})
        if len(shown) < len(body):
            await self.line.hang_up()

    async def _settle(self, status: int | None) -> None:
        if not self._entered:
            self._entered = True
            await self._enter(status)


def scripted(answer: Answer) -> Said:
    """Return the answer that a script gives in place of the control plane's own."""
    headers = as_sent(answer)
    chunked = any(name == b"transfer-encoding" for name, _ in headers)
    if not chunked and answer.status not in BODILESS:
        headers.append((b"content-length", b"%d" % len(answer.body)))
    return Said(answer.status, headers, answer.body)


def as_sent(answer: Answer) -> Headers:
    """Return the headers of a scripted answer as bytes."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.headers]


def cut_up(body: bytes) -> list[bytes]:
    """Return a body in at most eight pieces."""
    size = max(1, -(-len(body) // PIECES))
    return [body[start : start + size] for start in range(0, len(body), size)] or [b""]


class Kept:
    """A `send` that keeps an answer instead of sending it."""

    def __init__(self) -> None:
        self._head: Message = {"status": 500}
        self._body = bytearray()

    async def __call__(self, message: Message) -> None:
        """Keep the next message."""
        self.take(message)

    def take(self, *messages: Message) -> None:
        """Keep messages."""
        for message in messages:
            if message["type"] == "http.response.start":
                self._head = message
            else:
                self._body += message.get("body", b"")

    def said(self, more: Headers) -> Said:
        """Return what was kept, with more headers in place of those of the same names."""
        named = {name for name, _ in more}
        own = [each for each in self._head.get("headers", ()) if each[0].lower() not in named]
        return Said(self._head["status"], [*own, *more], bytes(self._body))


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
