"""Servers that are no data plane at all: whatever they are asked, they do one and the same thing.

No MUST may pass on one of them: a requirement that does passes on nothing.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

import httptools

__all__ = ["NULLS", "Null", "Request", "serve"]

Header = tuple[bytes, bytes]

# Headers that belong to the connection or to its framing: an echo of them would not be readable.
NOT_ECHOED = {b"connection", b"content-length", b"expect", b"host", b"transfer-encoding"}


@dataclass(frozen=True, slots=True)
class Request:
    """A complete request, as far as a null data plane looks at it."""

    method: bytes
    headers: tuple[Header, ...]
    body: bytes


Treatment = Callable[[asyncio.Transport, Request], None]


@dataclass(frozen=True, slots=True)
class Null:
    """A server by name, with what it does to every request."""

    name: str
    summary: str
    treat: Treatment

    async def start(self, listener: socket.socket) -> asyncio.Server:
        """Serve on a bound socket until the server that is returned is closed."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: _Connection(self.treat), sock=listener)


def serve(null: Null, listener: socket.socket) -> None:
    """Serve on a bound socket until the process is told to stop."""
    asyncio.run(_serve(null, listener))


async def _serve(null: Null, listener: socket.socket) -> None:
    async with await null.start(listener) as server:
        await server.serve_forever()


class _Connection(asyncio.Protocol):
    def __init__(self, treat: Treatment) -> None:
        self._treat = treat
        self._parser = httptools.HttpRequestParser(self)
        self._headers: list[Header] = []
        self._body = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self._transport.abort()

    def on_message_begin(self) -> None:
        self._headers = []
        self._body = bytearray()

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        method = self._parser.get_method()
        request = Request(method, tuple(self._headers), bytes(self._body))
        self._treat(self._transport, request)


def _write(
    transport: asyncio.Transport, request: Request, status: HTTPStatus, headers: list[Header]
) -> None:
    body = request.body
    lines = [b"HTTP/1.1 %d %s" % (status, status.phrase.encode())]
    lines += [name + b": " + value for name, value in headers]
    lines += [b"content-length: %d" % len(body), b"", b""]
    transport.write(b"\r\n".join(lines) + (b"" if request.method == b"HEAD" else body))


def _always(status: HTTPStatus) -> Treatment:
    def treat(transport: asyncio.Transport, request: Request) -> None:
        constant = Request(request.method, (), b"{}")
        _write(transport, constant, status, [(b"content-type", b"application/json")])

    return treat


def _echo(transport: asyncio.Transport, request: Request) -> None:
    kept = [header for header in request.headers if header[0] not in NOT_ECHOED]
    _write(transport, request, HTTPStatus.OK, kept)


def _reset(transport: asyncio.Transport, _request: Request) -> None:
    # Closing with a zero linger time sends RST instead of FIN.
    linger = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    transport.abort()


def _never_answer(_transport: asyncio.Transport, _request: Request) -> None:
    """Leave the connection open and say nothing."""


NULLS = {
    null.name: null
    for null in (
        Null("always-200", "answers every request with 200 and {}", _always(HTTPStatus.OK)),
        Null("always-404", "answers every request with 404 and {}", _always(HTTPStatus.NOT_FOUND)),
        Null(
            "always-500",
            "answers every request with 500 and {}",
            _always(HTTPStatus.INTERNAL_SERVER_ERROR),
        ),
        Null("echo", "answers 200 with the request's own headers and body", _echo),
        Null("reset", "reads each request and resets its connection", _reset),
        Null("never-answers", "reads each request and never answers", _never_answer),
    )
}
