"""A control plane and data planes in one background thread, reached over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from conformance.reference import server
from conformance.reference.composition import compose, create_app
from conformance.reference.settings import Settings
from mock_control_plane.app import World
from mock_control_plane.app import create_app as create_control_plane
from mock_control_plane.directory import Directory
from mock_control_plane.objects import Objects
from mock_control_plane.wire import load_profile

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Mapping
    from concurrent.futures import Future

    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.reference.composition import Reference

READY_WITHIN = 10.0


class Quiet(server.Server):
    """A server in a thread that is not the main one: signals are none of its business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield


class Host:
    """An event loop in a thread, on which applications are served until it is closed."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._served: list[tuple[Quiet, Future[None], socket.socket]] = []

    def serve(self, app: ASGIApp) -> str:
        """Serve an application until the host is closed and return its URL."""
        listener = server.bind("127.0.0.1", 0)
        started = threading.Event()
        served = Quiet(server.config(app), started.set)
        task = asyncio.run_coroutine_threadsafe(served.serve(sockets=[listener]), self._loop)
        self._served.append((served, task, listener))
        assert started.wait(READY_WITHIN), "the application did not start"
        return server.url(listener)

    def stop(self, *urls: str) -> None:
        """Stop what is served under these URLs, all at once, to its end."""
        chosen = [one for one in self._served if server.url(one[2]) in urls]
        for served, _, _ in chosen:
            served.should_exit = True
        for one in chosen:
            one[1].result(READY_WITHIN)
            self._served.remove(one)
            one[2].close()

    def close(self) -> None:
        """Stop everything that is served, then the loop and its thread."""
        self.stop(*(server.url(listener) for _, _, listener in self._served))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(READY_WITHIN)
        self._loop.close()


@dataclass(slots=True)
class ControlPlane:
    """The mock's application with what it heard, and people to make in it."""

    url: str = ""
    directory: Directory = field(default_factory=Directory)
    objects: Objects = field(default_factory=Objects)
    heard: list[tuple[str, str]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def app(self) -> ASGIApp:
        """Return the application; every request that it hears is noted."""
        inner = create_control_plane(World(self.directory, self.objects, load_profile()))

        async def noting(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                self.heard.append((scope["method"], scope["path"]))
                names = ((name.decode(), value.decode()) for name, value in scope["headers"])
                self.headers.append(dict(names))
            await inner(scope, receive, send)

        return noting

    def key(self, *, organizations: list[str] | None = None, role: str = "member") -> str:
        """Return the key of a new user."""
        owner = role == "owner"
        user = self.directory.create_user(
            organizations=organizations, role="owner" if owner else "member"
        )
        return self.directory.create_key(user.id).secret


@dataclass(slots=True)
class Houses:
    """Makes data planes beside one control plane, and clients of them."""

    host: Host
    control_plane: ControlPlane
    stack: contextlib.ExitStack
    urls: list[str] = field(default_factory=list)

    def data_plane(
        self,
        change: Callable[[Reference], Reference] = lambda reference: reference,
        **environment: str,
    ) -> str:
        """Serve a reference, changed in one way, and return its URL."""
        settings = {"BRAINTRUST_APP_URL": self.control_plane.url, **environment}
        reference = change(compose(Settings.from_environment(settings)))
        url = self.host.serve(create_app(reference))
        self.urls.append(url)
        return url

    def client(self, url: str, key: str | None = None, *, audit: bool = False) -> httpx.Client:
        """Return a client of a data plane, by default of a new user."""
        headers = {"authorization": f"Bearer {key or self.control_plane.key()}"}
        if audit:
            headers["x-bt-enable-audit"] = "true"
        client = httpx.Client(base_url=url, headers=headers, timeout=10)
        return self.stack.enter_context(client)
