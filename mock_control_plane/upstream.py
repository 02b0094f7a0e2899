"""Upstream: the control plane behind a relay, asked in streams; and what its failures are called.

What is passed is bytes: no target is rewritten, no body decompressed, no redirect followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx

from mock_control_plane.hops import has_body, onward

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Scope

CONNECTED_WITHIN: Final = 10.0
SAID_WITHIN: Final = 300.0


class UpstreamProblem(Exception):
    """An upstream cannot be one; one sentence."""


@dataclass(frozen=True, slots=True)
class Failure:
    """What the client of a relay is told in place of the answer that did not come."""

    status: int
    sentence: str


class Exact(httpx.URL):
    """A URL whose target goes out byte for byte, also to a proxy that stands before its host."""

    def __init__(self, base: httpx.URL, target: bytes) -> None:
        super().__init__(base)
        self._target = target

    @property
    def raw_path(self) -> bytes:
        """Path and query as they came, instead of as a URL would spell them."""
        return self._target


class Upstream:
    """The control plane under `url`. Belongs to the thread of the event loop.

    It may be silent for `patience` seconds. Proxies and certificates are those of the environment.
    """

    def __init__(self, url: str, patience: float = SAID_WITHIN) -> None:
        self.url = checked(url)
        self._base = httpx.URL(self.url)
        self._timeout = httpx.Timeout(patience, connect=min(CONNECTED_WITHIN, patience), pool=None)
        self._client = httpx.AsyncClient(
            timeout=self._timeout,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=100),
        )

    async def ask(self, scope: Scope, body: AsyncIterator[bytes]) -> httpx.Response:
        """Pass on a request; give the answer once its head is there, `httpx.HTTPError` if none."""
        request = httpx.Request(
            scope["method"],
            self._base,
            headers=onward(scope["headers"], self._base.netloc),
            content=body if has_body(scope["headers"]) else None,
            extensions={"timeout": self._timeout.as_dict()},
        )
        request.url = Exact(self._base, target(self._base, scope))
        return await self._client.send(request, stream=True)

    def failure(self, problem: Exception) -> Failure:
        """Say what went wrong."""
        reason = str(problem) or type(problem).__name__
        if isinstance(problem, httpx.TimeoutException):
            silence = f"the upstream {self.url} did not answer in time ({reason})"
            return Failure(504, f"{silence}; this is the relay that says so")
        silence = f"the upstream {self.url} gave no usable answer ({reason})"
        return Failure(502, f"{silence}; this is the relay that says so")

    async def close(self) -> None:
        """Give the connections back."""
        await self._client.aclose()


def target(base: httpx.URL, scope: Scope) -> bytes:
    """Return what stands in the request line: byte for byte what came, below the base's path."""
    query = scope["query_string"]
    path: bytes = base.raw_path.rstrip(b"/") + scope["raw_path"]
    return path + b"?" + query if query else path


def checked(url: str) -> str:
    """Return the URL of an upstream without its final slash; `UpstreamProblem` if it is none."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username is not None or parts.query or parts.fragment:
        raise UpstreamProblem(
            "--upstream wants the URL of a control plane, such as https://www.braintrust.dev,"
            " without user, query and fragment"
        )
    return url.rstrip("/")
