"""How telemetry travels: to which path of the control plane, with which credential."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx

from conformance import __version__

if TYPE_CHECKING:
    from conformance.reference.settings import Settings

TIMEOUT = 3.0
PATHS = {
    "status": "/api/pulse/status",
    "metrics": "/api/pulse/otel/v1/metrics",
    "usage": "/api/billing/telemetry/v1/events",
    "memprof": "/api/pulse/memprof",
    "logs": "/api/pulse/otel/v1/logs",
    "traces": "/api/pulse/otel/v1/traces",
}


class Courier:
    """Carries reports with the licence key; no user's budget has anything to do with it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: httpx.AsyncClient | None = None

    async def open(self) -> None:
        """Make the connections' pool; nothing is sent yet."""
        secure = self._settings.app_url.startswith("https:")
        self._client = httpx.AsyncClient(timeout=TIMEOUT, verify=secure)

    async def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def path(self, kind: str) -> str:
        """Return where reports of a kind go."""
        return PATHS[kind]

    def url(self, kind: str) -> str:
        """Return the whole address for reports of a kind."""
        return self._settings.app_url + self.path(kind)

    def headers(self, kind: str) -> dict[str, str]:
        """Return the headers that every report of a kind carries, OTLP's too."""
        del kind
        return {"authorization": f"Bearer {self._settings.license}", "user-agent": self.agent()}

    def agent(self) -> str:
        """Return the name under which reports are sent."""
        return f"reference-data-plane/{__version__}"

    async def post(self, kind: str, content: bytes, content_type: str) -> None:
        """Send a report; raise `httpx.HTTPError` unless the control plane accepts it."""
        assert self._client is not None, "the courier is used before it was opened"
        headers = {**self.headers(kind), "content-type": content_type}
        answer = await self._client.post(self.url(kind), content=content, headers=headers)
        answer.raise_for_status()
