"""Requests to the data plane, on behalf of one user each; every answer is kept as an `Exchange`.

A 429 is never a failure here: a fresh key of the same user is used, or its time is waited.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypedDict, Unpack
from urllib.parse import quote, urlencode

import conformance
from conformance import expect
from conformance.transport import Patience, Request, Transport

if TYPE_CHECKING:
    from conformance.exchange import Exchange

__all__ = [
    "Ask",
    "Caller",
    "Credential",
    "Patience",
    "Person",
    "Request",
    "Transport",
    "retry_after",
    "whoami",
]

Query = Mapping[str, object] | Sequence[tuple[str, object]]

NOT_VISIBLE = frozenset({400, 403, 404})
KEYS_FOR_ONE_REQUEST = 3
FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.5
WAIT_WITHOUT_RETRY_AFTER = 5.0


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
