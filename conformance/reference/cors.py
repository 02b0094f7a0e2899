"""Which pages may read answers: the web application's own, and those that the owner lists."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response

from conformance.reference import auditor

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from conformance.reference.settings import Settings

DEFAULT_ORIGINS = ("https://www.braintrust.dev", "https://www.braintrustdata.com")
DEFAULT_PATTERN = re.compile(
    r"https://(?:[\w-]+\.preview\.braintrust\.dev|[\w-]+-braintrustdata\.vercel\.app)"
)
METHODS = "GET, POST, PUT, PATCH, DELETE, OPTIONS"
EXPOSED = (
    "x-bt-cursor",
    "x-bt-found-existing",
    "x-bt-query-plan",
    "x-bt-internal-trace-id",
    auditor.USER_ID,
    auditor.USER_EMAIL,
    auditor.NORMALIZED_URL,
    auditor.RESOURCES,
)
MAX_AGE = "86400"


class Cors:
    """Decides which origins are allowed and what they are told."""

    def __init__(self, settings: Settings) -> None:
        own = (_origin(settings.app_url), _origin(settings.public_url))
        self._origins = frozenset((*DEFAULT_ORIGINS, *own, *settings.whitelisted_origins))

    def allows(self, origin: str) -> bool:
        """Tell whether pages of this origin may read answers."""
        return origin in self._origins or DEFAULT_PATTERN.fullmatch(origin) is not None

    def exposed(self) -> tuple[str, ...]:
        """Return the headers that a page may read."""
        return EXPOSED

    def granted(self, origin: str | None) -> list[tuple[bytes, bytes]]:
        """Return what an answer carries for a page of this origin."""
        vary = [(b"vary", b"Origin, Accept-Encoding")]
        if origin is None or not self.allows(origin):
            return vary
        return [
            *vary,
            (b"access-control-allow-origin", origin.encode("latin-1")),
            (b"access-control-allow-credentials", b"true"),
            (b"access-control-expose-headers", ",".join(self.exposed()).encode()),
        ]

    def preflight(self, headers: Headers) -> Response:
        """Return the answer to OPTIONS; without an allowed origin it grants nothing."""
        response = Response(status_code=204, headers={"allow": METHODS})
        origin = headers.get("origin")
        if origin is not None and self.allows(origin):
            wanted = headers.get("access-control-request-headers", "authorization, content-type")
            response.headers["access-control-allow-methods"] = METHODS
            response.headers["access-control-allow-headers"] = wanted
            response.headers["access-control-max-age"] = MAX_AGE
        return response


class CorsApp:
    """Answers preflights and adds the origin's headers to every other answer."""

    def __init__(self, app: ASGIApp, cors: Cors) -> None:
        self._app = app
        self._cors = cors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; only HTTP requests are touched."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        granted = self._cors.granted(headers.get("origin"))

        async def grant(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *granted]
            await send(message)

        if scope["method"] == "OPTIONS":
            return await self._cors.preflight(headers)(scope, receive, grant)
        return await self._app(scope, receive, grant)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
