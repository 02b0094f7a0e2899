"""How the control plane is reached for users: one pool of kept-alive connections for everybody.

Only the caller's own credential is ever sent; the pool holds none. Each request that leaves here
has been admitted by the limiter.
"""

from __future__ import annotations

import json
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING, TypeVar

import httpx

from conformance.reference.limiter import Outbound
from conformance.reference.problems import ControlPlaneAway, Relayed

if TYPE_CHECKING:
    from conformance.reference.caller import Credentials
    from conformance.reference.limiter import Limiter
    from conformance.reference.settings import Settings

    Headers = list[tuple[bytes, bytes]]

T = TypeVar("T")

TIMEOUT = 30.0
IDLE = 16
"""Connections that are kept without work: every request looks at each of them."""

KEPT_ALIVE = 3.0
"""Below the five seconds after which many servers close an idle connection."""

LIMITS = httpx.Limits(
    max_connections=256, max_keepalive_connections=IDLE, keepalive_expiry=KEPT_ALIVE
)

IMPERSONATE = "x-bt-impersonate-user"


class Exact(httpx.URL):
    """A URL whose target goes out byte for byte, also to a proxy that stands before its host."""

    def __init__(self, base: httpx.URL, target: bytes) -> None:
        super().__init__(base)
        self._target = target

    @property
    def raw_path(self) -> bytes:
        """Path and query as they are asked for, instead of as a URL would spell them."""
        return self._target


class ControlPlane:
    """The control plane under `BRAINTRUST_APP_URL`; open between start and end of serving."""

    def __init__(self, settings: Settings) -> None:
        self._url = httpx.URL(settings.app_url)
        self._client: httpx.AsyncClient | None = None
        self._limiter: Limiter | None = None

    async def open(self, limiter: Limiter) -> None:
        """Make the pool, with who admits what leaves; nothing is sent yet."""
        self._limiter = limiter
        self._client = self.pool(verify=self._url.scheme == "https")
        self._client.headers.clear()
        # A cookie that is set for one caller must not come back with another.
        self._client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    def pool(self, *, verify: bool) -> httpx.AsyncClient:
        """Return the connections, through the proxies that the environment names."""
        return httpx.AsyncClient(limits=LIMITS, timeout=TIMEOUT, verify=verify)

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def headers(self, credentials: Credentials) -> Headers:
        """Return the headers that carry these credentials."""
        carried = [(b"authorization", b"Bearer " + credentials.token.encode("ascii"))]
        if credentials.impersonated is not None:
            carried.append((IMPERSONATE.encode(), credentials.impersonated.encode("latin-1")))
        return carried

    async def ask(self, credentials: Credentials, path: str, body: dict[str, object]) -> object:
        """POST JSON to an API path and return the JSON of its answer.

        Raises `Relayed` with the control plane's own words where it refuses, `ControlPlaneAway`
        where there is no answer that can be used.
        """
        headers = [*self.headers(credentials), (b"content-type", b"application/json")]
        content = json.dumps(body).encode("ascii")
        answer = await self.send("POST", path.encode("ascii"), headers=headers, content=content)
        try:
            await answer.aread()
        except httpx.HTTPError as error:
            raise ControlPlaneAway(_away(error)) from error
        if answer.status_code == 200:
            return _json(answer)
        raise _refusal(answer)

    async def send(
        self, method: str, target: bytes, *, headers: Headers, content: bytes
    ) -> httpx.Response:
        """Send a request as `transmit` does, or raise `Limited` if its token may send no more."""
        assert self._limiter is not None, "the control plane is used before it was opened"
        path = target.partition(b"?")[0].decode("latin-1")
        await self._limiter.admit(Outbound(bearer(headers), method, path))
        return await self.transmit(method, target, headers=headers, content=content)

    async def transmit(
        self, method: str, target: bytes, *, headers: Headers, content: bytes
    ) -> httpx.Response:
        """Send a request, its target byte for byte, and return the answer with its body unread."""
        assert self._client is not None, "the control plane is used before it was opened"
        request = self._client.build_request(method, self._url, headers=headers, content=content)
        request.url = Exact(self._url, self._url.raw_path.rstrip(b"/") + target)
        try:
            return await self._client.send(request, stream=True)
        except (httpx.LocalProtocolError, httpx.InvalidURL) as error:
            raise Relayed(400, f"The request cannot be passed on: {error}") from error
        except httpx.HTTPError as error:
            raise ControlPlaneAway(_away(error)) from error


def bearer(headers: Headers) -> str:
    """Return the token that a request carries, empty if it carries none."""
    told = next((value for name, value in headers if name.lower() == b"authorization"), b"")
    scheme, _, token = told.decode("latin-1").strip().partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def field(answer: object, name: str, kind: type[T]) -> T:
    """Return a member of an answer of the control plane, which must have it with that type."""
    value = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(value, kind):
        raise ControlPlaneAway(f"The control plane's answer has no {name} that can be used")
    return value


def rows(answer: object) -> list[dict[str, object]]:
    """Return an answer that must be an array of objects."""
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise ControlPlaneAway("The control plane's answer is not an array of objects")
    return answer


def _json(answer: httpx.Response) -> object:
    try:
        parsed: object = json.loads(answer.content)
    except (ValueError, RecursionError) as error:
        raise ControlPlaneAway("The control plane's answer is not JSON") from error
    return parsed


def _refusal(answer: httpx.Response) -> Relayed | ControlPlaneAway:
    status = answer.status_code
    if not 400 <= status < 500:
        return ControlPlaneAway(f"The control plane answered {status}")
    waits = answer.headers.get("retry-after")
    return Relayed(status, answer.text, headers=(("retry-after", waits),) if waits else ())


def _away(error: httpx.HTTPError) -> str:
    if isinstance(error, httpx.TimeoutException):
        return "The control plane did not answer in time"
    return "The control plane cannot be reached"
