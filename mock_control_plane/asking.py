"""The HTTP of the inspection API: asks, and turns every failure into one sentence."""

from __future__ import annotations

import ipaddress
import ssl
from typing import Any

import httpx


class ControlPlaneError(Exception):
    """The mock control plane cannot be reached, or refuses what was asked; one sentence."""


class UnknownRealm(ControlPlaneError):
    """The mock has no realm of that name."""


class Wire:
    """A connection to the main port of a mock. Synchronous, and safe to share between threads."""

    def __init__(self, url: str, token: str | None, timeout: float) -> None:
        self.url = url
        self.timeout = timeout
        token = (token or "").strip()
        if not token.isprintable():
            raise ControlPlaneError(
                "the token of the mock control plane has characters that no header can carry;"
                " give the one that it printed when it started"
            )
        try:
            self.http = httpx.Client(
                base_url=url,
                headers={b"authorization": f"Bearer {token}".encode()} if token else {},
                timeout=timeout,
                limits=httpx.Limits(max_connections=None, max_keepalive_connections=32),
                # To read certificates takes time, and only TLS needs them.
                verify=ssl.create_default_context() if url.startswith("https:") else False,
                trust_env=not is_loopback(url),  # no proxy stands between a machine and itself
            )
        except (httpx.InvalidURL, UnicodeError) as problem:
            raise ControlPlaneError(
                f"{url!r} is not the URL of a mock control plane ({problem});"
                " expected something like http://127.0.0.1:8700"
            ) from None

    def close(self) -> None:
        """Give the connections back."""
        self.http.close()

    def ask(
        self,
        method: str,
        path: str,
        *,
        json: object = None,
        query: dict[str, Any] | None = None,
        patience: float = 0.0,
    ) -> Any:
        """Return what the mock answers; `patience` is how many seconds more it may take."""
        timeout = httpx.Timeout(self.timeout, read=self.timeout + patience)
        try:
            answer = self.http.request(
                method, f"/_mock{path}", json=json, params=query, timeout=timeout
            )
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            reason = str(problem) or type(problem).__name__
            raise ControlPlaneError(
                f"the mock control plane at {self.url} does not answer ({reason});"
                " start it with `mock-control-plane serve`, or correct the URL"
            ) from None
        return self._read(answer)

    def _read(self, answer: httpx.Response) -> Any:
        try:
            read = answer.json()
        except ValueError:
            read = None
        if not isinstance(read, dict) or "x-mock-control-plane" not in answer.headers:
            raise ControlPlaneError(
                f"what answers at {self.url} is not a mock control plane"
                f" (status {answer.status_code}); give the URL of its main port"
            )
        if answer.is_success:
            return read
        kind = UnknownRealm if read.get("kind") == "UnknownRealm" else ControlPlaneError
        raise kind(read["error"])


def is_loopback(url: str) -> bool:
    """Tell whether a URL names this machine itself."""
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def given(**values: object) -> dict[str, object]:
    """Return what is not None: what was said, and not what was left out."""
    return {name: value for name, value in values.items() if value is not None}
