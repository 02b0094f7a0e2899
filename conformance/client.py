"""Requests to the data plane, on behalf of one user each; every answer is kept as an `Exchange`.

A 429 is never a failure here: a fresh key of the same user is used, or its time is waited.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypedDict, Unpack
from urllib.parse import quote, urlencode

import httpx

import conformance
from conformance import expect
from conformance.exchange import Exchange

if TYPE_CHECKING:
    from conformance.reach import Reach

Query = Mapping[str, object] | Sequence[tuple[str, object]]

NOT_VISIBLE = frozenset({400, 403, 404})
KEYS_FOR_ONE_REQUEST = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
WAIT_WITHOUT_RETRY_AFTER = 5.0
IDLE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Person:
    """Who a caller is, as far as it is known."""

    id: str | None = None
    email: str | None = None
    organization_id: str | None = None
    organization_name: str | None = None


class Ask(TypedDict, total=False):
    """What a request may carry beside its method and path."""

    json: object
    content: bytes
    query: Query
    headers: Mapping[str, str]
    audit: bool
    impersonate: str | None


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


class Credential:
    """A user's key, replaced by a fresh one of the same user once its budget is spent.

    Shared between threads; the lock guards the secret. `shown` is what stands for it in a command.
    """

    def __init__(
        self,
        secret: str | None,
        *,
        mint: Callable[[], str] | None = None,
        shown: str = "$BRAINTRUST_API_KEY",
    ) -> None:
        self._secret = secret
        self._mint = mint
        self._lock = threading.Lock()
        self.shown = shown

    @property
    def secret(self) -> str | None:
        """The key to be used now; None for nobody's."""
        with self._lock:
            return self._secret

    def renew(self, spent: str | None) -> bool:
        """Replace a spent key, once however many threads ask; return whether one is there."""
        with self._lock:
            if self._mint is None:
                return False
            if self._secret == spent:
                self._secret = self._mint()
            return True


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


class Caller:
    """One user of the data plane, or nobody, with what a user can do: make requests."""

    def __init__(
        self, transport: Transport, credential: Credential, person: Person | None = None
    ) -> None:
        self.transport = transport
        self.credential = credential
        self.person = person or Person()

    def with_key(
        self, secret: str | None, *, person: Person | None = None, shown: str = "$ANOTHER_KEY"
    ) -> Caller:
        """Return a caller over the same connections with another key, or with none."""
        return Caller(self.transport, Credential(secret, shown=shown), person)

    def compose(self, method: str, path: str, **options: Unpack[Ask]) -> Request:
        """Return the request as it will be sent; the mount prefix is put before `path`."""
        url = self.transport.reach.absolute(quote(path, safe="/%:@!$&'()*+,;=~[]"))
        if query := options.get("query"):
            pairs = list(query.items()) if isinstance(query, Mapping) else list(query)
            url += "?" + urlencode(pairs, doseq=True)
        content = options.get("content", b"")
        headers = [("user-agent", f"braintrust-dataplane-conformance/{conformance.__version__}")]
        if "json" in options:
            content = json.dumps(options["json"], ensure_ascii=False).encode()
            headers.append(("content-type", "application/json"))
        if options.get("audit"):
            headers.append(("x-bt-enable-audit", "true"))
        if impersonated := options.get("impersonate"):
            headers.append(("x-bt-impersonate-user", impersonated))
        headers += options.get("headers", {}).items()
        return self._signed(Request(method, url, (), content, tuple(headers)))

    def request(self, method: str, path: str, **options: Unpack[Ask]) -> Exchange:
        """Send a request and return the answer, whatever its status; see the module on 429."""
        waited, keys = 0.0, 0
        while True:
            secret = self.credential.secret
            exchange = self.transport.send(self.compose(method, path, **options))
            if exchange.status != 429:
                return exchange
            if keys < KEYS_FOR_ONE_REQUEST and self.credential.renew(secret):
                keys += 1
            else:
                waited += self._pause(exchange, waited)

    def get(self, path: str, **options: Unpack[Ask]) -> Exchange:
        """GET a path."""
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Unpack[Ask]) -> Exchange:
        """POST to a path."""
        return self.request("POST", path, **options)

    def patch(self, path: str, **options: Unpack[Ask]) -> Exchange:
        """PATCH a path."""
        return self.request("PATCH", path, **options)

    def delete(self, path: str, **options: Unpack[Ask]) -> Exchange:
        """DELETE a path."""
        return self.request("DELETE", path, **options)

    def read(self, path: str, **options: Unpack[Ask]) -> Exchange:
        """GET a path until what was written is visible, or the profile's deadline has passed."""
        return self.eventually("GET", path, **options)

    def once_visible(self, path: str, **options: Unpack[Ask]) -> Exchange:
        """POST to a path, again while what the request refers to is not visible yet."""
        return self.eventually("POST", path, **options)

    def eventually(self, method: str, path: str, **options: Unpack[Ask]) -> Exchange:
        """Repeat a request that is refused while an object is not visible, up to the deadline."""
        return self.until(_is_settled, method, path, options)

    def until(
        self, reached: Callable[[Exchange], bool], method: str, path: str, options: Ask
    ) -> Exchange:
        """Repeat a request until its answer is the wanted one or the deadline has passed."""
        deadline = time.monotonic() + self.transport.patience.write_visible
        pause = FIRST_PAUSE
        while True:
            exchange = self.request(method, path, **options)
            if reached(exchange) or time.monotonic() + pause > deadline:
                return exchange
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _signed(self, request: Request) -> Request:
        secret = self.credential.secret
        own, shown = list(request.shown_headers), list(request.shown_headers)
        if secret is not None:
            own.append(("authorization", f"Bearer {secret}"))
            shown.append(("Authorization", f"Bearer {self.credential.shown}"))
        for name, value in self.transport.reach.headers:
            own.append((name, value))
            shown.append((name, "$VALUE_OF_DATAPLANE_HEADER"))
        hidden = [value for _, value in self.transport.reach.headers]
        secrets = tuple(text for text in (secret, *hidden) if text)
        return Request(
            request.method, request.url, tuple(own), request.content, tuple(shown), secrets
        )

    def _pause(self, exchange: Exchange, waited: float) -> float:
        seconds = retry_after(exchange)
        limit = self.transport.patience.rate_limit
        if waited + seconds > limit:
            expect.inconclusive(
                f"the data plane answers 429 and asks to wait {seconds:.0f} s more, after "
                f"{waited:.0f} s of waiting; the run waits {limit:.0f} s at most for one request. "
                "Run it with a mock control plane, which issues fresh keys, or with a higher limit",
                exchange,
            )
        self.transport.notify(f"429 from the data plane: waiting {seconds:.0f} s as it asks")
        time.sleep(seconds)
        return seconds


def retry_after(exchange: Exchange) -> float:
    """Return the seconds that a 429 asks to wait: a number, a date, or a default without one."""
    value = (exchange.header("retry-after") or "").strip()
    if value.isascii() and value.isdigit():
        return max(float(value), FIRST_PAUSE)
    try:
        return max(parsedate_to_datetime(value).timestamp() - time.time(), FIRST_PAUSE)
    except ValueError:
        return WAIT_WITHOUT_RETRY_AFTER


def whoami(caller: Caller) -> Person:
    """Ask the data plane whose key it is; `Inconclusive` where it does not say."""
    to = "say whose key this is"
    exchange = caller.post("/api/self/me", json={})
    me = expect.body_of(exchange, to=to)
    organizations = me.get("organizations")
    first = organizations[0] if isinstance(organizations, list) and organizations else {}
    known = first if isinstance(first, dict) else {}
    return Person(
        id=expect.field_of(exchange, "id", to=to),
        email=_text(me.get("email")),
        organization_id=_text(known.get("id")),
        organization_name=_text(known.get("name")),
    )


def _is_settled(exchange: Exchange) -> bool:
    return exchange.status not in NOT_VISIBLE


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


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
