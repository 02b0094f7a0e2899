"""Ports: the sockets that realms listen on, served by uvicorn with httptools.

Sockets are bound here and not by uvicorn, so that an address is known before anything starts.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import ASGIApp

    from mock_control_plane.egress import Serve

MAX_HEAD: Final = 1024 * 1024
KEEP_ALIVE: Final = 120
STOP_WITHIN: Final = 1


class ServeProblem(Exception):
    """The mock cannot listen as it was asked to; one sentence."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the mock listens, and the URL under which it is reached where that differs."""

    host: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None
    certfile: str | None = None
    keyfile: str | None = None

    def bind(self) -> socket.socket:
        """Take the main port; `ServeProblem` if it is in use or cannot be had."""
        return self._bound(self.port)

    def bind_another(self) -> socket.socket:
        """Take any free port on the same interface."""
        return self._bound(0)

    def main_url(self, taken: socket.socket) -> str:
        """Return the URL of the main port."""
        return self.public_url.rstrip("/") if self.public_url else self.url(taken)

    def url(self, taken: socket.socket, host: str | None = None) -> str:
        """Return the URL of a port, with another name for this machine where one is given."""
        scheme = "https" if self.certfile else "http"
        if self.public_url is not None:
            public = urlsplit(self.public_url)
            scheme, host = public.scheme, host or public.hostname
        # Nobody can connect to the wildcard; this machine can to its loopback.
        here = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(self.host, self.host)
        name = host or here
        port = taken.getsockname()[1]
        return f"{scheme}://[{name}]:{port}" if ":" in name else f"{scheme}://{name}:{port}"

    def check_certificate(self) -> None:
        """Load the certificate, so that one which is no good is found before anything starts."""
        if self.certfile is None:
            return
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(self.certfile, self.keyfile)
        except OSError as problem:
            raise ServeProblem(
                f"the certificate {self.certfile} cannot be used ({problem.strerror or problem});"
                " expected a PEM file, and its key in it or in --keyfile"
            ) from None

    def _bound(self, port: int) -> socket.socket:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        try:
            if not 0 <= port <= 65535:
                raise OSError("no such port")
            return socket.create_server((self.host, port), family=family, backlog=2048)
        except OSError as problem:
            reason = problem.strerror or problem
            raise ServeProblem(
                f"cannot listen on {self.host} port {port} ({reason});"
                " choose another with --port (0 takes any that is free) or --host"
            ) from None


def is_loopback(taken: socket.socket) -> bool:
    """Tell whether only this machine can reach a socket."""
    return ipaddress.ip_address(taken.getsockname()[0]).is_loopback


class Ports:
    """Every port of one mock; belongs to the thread of the event loop.

    The first application gets the socket that is given; for others one is bound as they come.
    Answers say when and by which server they were made, unless they are not `signed`.
    """

    def __init__(self, address: Address, main: socket.socket, *, signed: bool = True) -> None:
        self._address = address
        self._signed = signed
        self._main = main
        self._listeners: dict[_Listener, asyncio.Task[None]] = {}
        self._by_url: dict[str, _Listener] = {}
        self._streams: dict[str, asyncio.Server] = {}

    async def open(self, app: ASGIApp, host: str | None = None) -> str:
        """Serve an application on a port of its own; it listens when its URL is returned."""
        if self._listeners:
            taken = self._address.bind_another()
            url = self._address.url(taken, host)
        else:
            taken, url = self._main, self._address.main_url(self._main)
        listener = _Listener(app, self._address, signed=self._signed)
        serving = asyncio.create_task(listener.serve(sockets=[taken]))
        self._listeners[listener] = serving
        listening = asyncio.create_task(listener.listening.wait())
        await asyncio.wait((serving, listening), return_when=asyncio.FIRST_COMPLETED)
        if serving.done():
            listening.cancel()
            taken.close()
            await serving
        self._by_url[url] = listener
        return url

    async def open_stream(self, serve: Serve) -> str:
        """Serve connections of this machine as they come, on a port of its own; return its URL."""
        own = Address()
        taken = own.bind_another()
        url = own.url(taken)
        self._streams[url] = await asyncio.start_server(serve, sock=taken)
        return url

    async def shut(self, url: str) -> None:
        """Stop listening at a URL that was opened; its port is free when this returns."""
        if url in self._streams:
            self._streams.pop(url).close()
            return
        listener = self._by_url.pop(url)
        listener.should_exit = True
        await asyncio.gather(self._listeners.pop(listener), return_exceptions=True)

    async def close(self) -> None:
        """Stop listening, and end what is still being answered."""
        for stream in self._streams.values():
            stream.close()
        for listener in self._listeners:
            listener.should_exit = True
        await asyncio.gather(*self._listeners.values(), return_exceptions=True)


class _Listener(uvicorn.Server):
    """One uvicorn server among others in a loop: the process, and its signals, are not its own."""

    def __init__(self, app: ASGIApp, address: Address, *, signed: bool) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_BoundedHead,
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=signed,
                date_header=signed,
                timeout_keep_alive=KEEP_ALIVE,
                timeout_graceful_shutdown=STOP_WITHIN,
                ssl_certfile=address.certfile,
                ssl_keyfile=address.keyfile,
            )
        )
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _BoundedHead(HttpToolsProtocol):
    """A connection whose request heads have a limit: uvicorn's own would keep one of any size."""

    head: int | None = 0

    def on_message_begin(self) -> None:
        self.head = 0
        super().on_message_begin()
        self.scope["transport"] = self.transport  # type: ignore[typeddict-unknown-key]

    def on_headers_complete(self) -> None:
        self.head = None
        super().on_headers_complete()

    def data_received(self, data: bytes) -> None:
        if self.head is not None:
            self.head += len(data)
            if self.head > MAX_HEAD:
                self._refuse_head()
                return
        super().data_received(data)

    def _refuse_head(self) -> None:
        self.transport.write(
            b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
            b"content-length: 0\r\nconnection: close\r\n\r\n"
        )
        self.transport.close()
