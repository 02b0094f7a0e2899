"""A control plane that keeps the telemetry it hears, and data planes that send it."""

from __future__ import annotations

import contextlib
import gzip
import threading
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from starlette.responses import Response

from conformance.reference.telemetry.courier import PATHS
from conformance.reference.telemetry.senders import KINDS, SENDERS
from mock_control_plane.telemetry import Request, sight
from mock_control_plane.wire import load_profile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    import httpx
    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.reference.composition import Reference
    from mock_control_plane.sighting import Sighting
    from tests.reference.rig import Houses

PATIENCE = 20.0
FAST = "0.05"
ALL = ",".join(KINDS)
TELEMETRY = ("/api/pulse/", "/api/billing/")


@dataclass(frozen=True, slots=True)
class Heard:
    """One report as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def content(self) -> bytes:
        """The body without its content encoding."""
        zipped = self.headers.get("content-encoding") == "gzip"
        return gzip.decompress(self.body) if zipped else self.body


@dataclass(slots=True)
class Ear:
    """Telemetry that was heard; `status` is what is answered to it."""

    status: int = 200
    heard: list[Heard] = field(default_factory=list)
    news: threading.Condition = field(default_factory=threading.Condition)

    def around(self, inner: ASGIApp) -> ASGIApp:
        """The application of a control plane, with an ear for telemetry in front."""

        async def serve(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http" or not scope["path"].startswith(TELEMETRY):
                return await inner(scope, receive, send)
            body, more = b"", True
            while more:
                message = await receive()
                body, more = body + message.get("body", b""), message.get("more_body", False)
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            with self.news:
                self.heard.append(Heard(scope["path"], headers, body))
                self.news.notify_all()
            return await Response(b"{}", self.status)(scope, receive, send)

        return serve

    def of(self, kind: str) -> list[Heard]:
        """What came to the path of a kind."""
        return [each for each in self.heard if each.path == PATHS[kind]]

    def kinds(self) -> set[str]:
        """The kinds that were heard."""
        return {kind for kind in KINDS if self.of(kind)}

    def wait_for(self, kind: str, count: int = 1) -> list[Heard]:
        """Wait until so many reports of a kind have come, and return those that have."""
        with self.news:
            come = self.news.wait_for(lambda: len(self.of(kind)) >= count, PATIENCE)
        assert come, f"{kind} did not come; {self.kinds() or 'nothing'} did"
        return self.of(kind)


@contextlib.contextmanager
def reporting(
    houses: Houses,
    ear: Ear,
    change: Callable[[Reference], Reference] = lambda reference: reference,
    told: Mapping[str, str | None] = MappingProxyType({}),
) -> Iterator[httpx.Client]:
    """A client of a data plane whose reports the ear hears.

    All kinds are on and reports come fast, unless `told` sets a variable otherwise or unsets it.
    """
    control_plane = houses.host.serve(ear.around(houses.control_plane.app()))
    settings: dict[str, Any] = {
        **everywhere(ALL),
        "BRAINTRUST_APP_URL": control_plane,
        "BRAINSTORE_LICENSE_KEY": "licence-of-the-deployment",
        "REFERENCE_REPORT_SECONDS": FAST,
        **told,
    }
    url = houses.data_plane(
        change, **{name: each for name, each in settings.items() if each is not None}
    )
    try:
        yield houses.client(url)
    finally:
        houses.host.stop(url)
        houses.host.stop(control_plane)


def everywhere(value: str | None) -> dict[str, str | None]:
    """The variables of all senders, set to one value."""
    return dict.fromkeys((sender.variable for sender in SENDERS), value)


def sighted(heard: Heard) -> Sighting:
    """What the mock control plane makes of a report, which must be one kind of telemetry."""
    request = Request("POST", heard.path, tuple(heard.headers.items()), heard.body, len(heard.body))
    (found,) = sight(request, load_profile("reference"))
    return found
