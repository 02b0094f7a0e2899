"""Requests on their way to a data plane and back, over connections that are kept for a while."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from conformance import expect
from conformance.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.reach import Reach

IDLE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Request:
    """A request that is ready to be sent, with the credential that it is sent with."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(repr=False)
    content: bytes
    shown_headers: tuple[tuple[str, str], ...]
    secrets: tuple[str, ...] = field(default=(), repr=False)

    def answered(
        self,
        status: int = 0,
        headers: Sequence[tuple[str, str]] = (),
        body: bytes = b"",
        seconds: float = 0.0,
    ) -> Exchange:
        """Return the exchange of this request and its answer; without one, the status is 0."""
        return Exchange(
            self.method,
            self.url,
            self.shown_headers,
            self.content,
            status,
            tuple(headers),
            body,
            seconds,
            self.secrets,
        )


@dataclass(frozen=True, slots=True)
class Patience:
    """How long what may take a while is waited for, in seconds."""

    write_visible: float = 10.0
    rate_limit: float = 150.0


class Transport:
    """The connections of a worker to a data plane, for many threads; its owner closes it."""

    def __init__(
        self,
        reach: Reach,
        *,
        patience: Patience | None = None,
        notify: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.reach = reach
        self.patience = patience or Patience()
        self.notify = notify
        self._client = httpx.Client(
            verify=reach.tls() if reach.is_tls else False,
            timeout=reach.timeout,
            limits=httpx.Limits(keepalive_expiry=IDLE_SECONDS),
            trust_env=not reach.is_loopback,
        )

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def send(self, request: Request) -> Exchange:
        """Send a request and return what came; raise `NoAnswer` where nothing did."""
        began = time.monotonic()
        try:
            answer = self._exchange(request)
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise _failure(request, error) from error
        headers = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw
        ]
        return request.answered(
            answer.status_code, headers, answer.content, time.monotonic() - began
        )

    def _exchange(self, request: Request) -> httpx.Response:
        try:
            return self._send(request)
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError) as error:
            # A kept connection may be closed by the other side just as it is used again.
            if request.method != "GET" or _is_illegal_header(error):
                raise
            return self._send(request)

    def _send(self, request: Request) -> httpx.Response:
        return self._client.request(
            request.method,
            request.url,
            headers=list(request.headers),
            content=request.content or None,
        )


def _is_illegal_header(error: Exception) -> bool:
    return isinstance(error, httpx.RemoteProtocolError) and "header" in str(error).lower()


def _failure(request: Request, error: Exception) -> BaseException:
    """Tell an answer that cannot be read as HTTP, which AUD-14 judges, from none."""
    nothing = request.answered()
    if _is_illegal_header(error):
        return expect.Inconclusive(
            f"the answer's header fields are not legal HTTP ({error}), which AUD-14 judges\n"
            f"see it:   {nothing.curl()}"
        )
    return expect.NoAnswer(
        expected=f"an answer to {request.method} {expect.path_of(nothing)}",
        came=f"none: {type(error).__name__}: {error}",
        exchanges=nothing,
    )
