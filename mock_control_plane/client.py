"""ControlPlane: the inspection API of a mock control plane as typed Python.

Synchronous, and safe to share between threads. Every failure is one sentence: `ControlPlaneError`.
"""

from __future__ import annotations

import ipaddress
import ssl
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import httpx

from mock_control_plane.answers import Info, Key, Organization, ServiceToken, User
from mock_control_plane.entry import Entry, Principal, digest_of
from mock_control_plane.sighting import Sighting, Telemetry

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = [
    "ControlPlane",
    "ControlPlaneError",
    "Entry",
    "Info",
    "Key",
    "Organization",
    "Principal",
    "Realm",
    "ServiceToken",
    "Sighting",
    "Telemetry",
    "UnknownRealm",
    "User",
    "Watch",
    "digest_of",
]

PAGE = 1000
EVERYTHING = 1_000_000_000
UNIQUE = "\0unique"


class ControlPlaneError(Exception):
    """The mock control plane cannot be reached, or refuses what was asked; one sentence."""


class UnknownRealm(ControlPlaneError):
    """The mock has no realm of that name."""


class Realm:
    """One independent control plane of a mock: who exists in it, and what it heard.

    `url` is what a data plane is pointed at; `organization` is the ready-made one. Filters of
    `entries`, `count` and `wait_for`: method, path, path_prefix, principal (an id),
    principal_kind, classification ("telemetry" stands for all of its kinds), status, credential (a
    digest), since and until (wall seconds).
    """

    def __init__(self, wire: Wire, row: dict[str, Any]) -> None:
        self._wire = wire
        self.name: str = row["name"]
        self.url: str = row["url"]
        self.organization = Organization(**row["organization"])

    def __repr__(self) -> str:
        return f"Realm({self.name!r}, {self.url!r})"

    def _ask(self, method: str, path: str, **sent: Any) -> Any:
        return self._wire.ask(method, f"/realms/{self.name}{path}", **sent)

    def create_organization(
        self, name: str | None = None, *, id: str | None = None
    ) -> Organization:
        """Create an organisation; a name and an id are made up where none are given."""
        row = self._ask("POST", "/organizations", json=_given(name=name, id=id))
        return Organization(**row)

    def update_organization(
        self,
        organization_id: str,
        *,
        api_url: str | None = None,
        proxy_url: str | None = None,
        realtime_url: str | None = None,
    ) -> Organization:
        """Set the URLs that a login hands out; what is not given stays."""
        urls = _given(api_url=api_url, proxy_url=proxy_url, realtime_url=realtime_url)
        return Organization(**self._ask("PATCH", f"/organizations/{organization_id}", json=urls))

    def create_user(  # noqa: PLR0913 - a user has that many sides, all of them optional
        self,
        *,
        id: str | None = None,
        email: str | None = UNIQUE,
        given_name: str | None = None,
        family_name: str | None = None,
        organizations: Sequence[str] | None = None,
        role: str = "member",
    ) -> User:
        """Create a user of these organisations (ids; default: the ready-made one).

        A unique address is made up where `email` is not given; None makes a user without one.
        The role "owner" is explicit ownership of these organisations: it may impersonate.
        """
        sent = _given(id=id, given_name=given_name, family_name=family_name, role=role)
        if email != UNIQUE:
            sent["email"] = email
        if organizations is not None:
            sent["organizations"] = list(organizations)
        return User(**self._ask("POST", "/users", json=sent))

    def create_key(self, user_id: str) -> Key:
        """Issue an API key; its secret is in the answer and nowhere else."""
        return Key(**self._ask("POST", "/keys", json={"user_id": user_id}))

    def revoke_key(self, key_id: str) -> None:
        """Make a key invalid from now on."""
        self._ask("DELETE", f"/keys/{key_id}")

    def create_service_token(
        self, name: str, *, organization_id: str | None = None
    ) -> ServiceToken:
        """Issue a service token of an organisation (default: the ready-made one)."""
        sent = _given(name=name, organization_id=organization_id)
        return ServiceToken(**self._ask("POST", "/service-tokens", json=sent))

    def position(self) -> int:
        """Return the number of this realm's newest entry, 0 if there is none."""
        return int(self._ask("GET", "/position")["position"])

    def entries(self, *, after: int = 0, limit: int = PAGE, **filters: str | float) -> list[Entry]:
        """Return entries later than `after`, ascending, at most `limit`."""
        found: list[Entry] = []
        more = True
        while more and len(found) < limit:
            query = {"after": after, "limit": limit - len(found), **filters}
            answer = self._ask("GET", "/entries", query=query)
            found += _entries(answer)
            more = answer["more"] and bool(found)
            after = found[-1].seq if found else after
        return found

    def telemetry(
        self, *, after: int = 0, kind: str | None = None, limit: int = PAGE, **filters: str | float
    ) -> list[Telemetry]:
        """Return what carried telemetry, decoded: later than `after`, ascending, at most `limit`.

        `kind` is one of the six, or "unknown" for telemetry that nothing tells the kind of.
        """
        found: list[Telemetry] = []
        more = True
        while more and len(found) < limit:
            query = _given(after=after, kind=kind, limit=limit - len(found)) | filters
            answer = self._ask("GET", "/telemetry", query=query)
            found += [Telemetry.from_json(row) for row in answer["telemetry"]]
            more = answer["more"] and bool(found)
            after = found[-1].entry.seq if found else after
        return found

    def count(self, *, after: int = 0, **filters: str | float) -> int:
        """Return how many entries are later than `after` and match."""
        return int(self._ask("GET", "/count", query={"after": after, **filters})["count"])

    def wait_for(
        self, *, deadline: float, after: int = 0, count: int = 1, **filters: str | float
    ) -> list[Entry]:
        """Return once `count` entries match; when `deadline` seconds have passed, what there is."""
        query = {"after": after, "count": count, "deadline": deadline, **filters}
        return _entries(self._ask("GET", "/wait", query=query, patience=deadline))

    @contextmanager
    def watch(self) -> Iterator[Watch]:
        """Open a window on what comes from now on."""
        yield Watch(self, self.position())


@dataclass(frozen=True, slots=True)
class Watch:
    """What a realm has heard since the window was opened."""

    realm: Realm
    after: int

    def entries(self, **filters: str | float) -> list[Entry]:
        """Return all entries since the window was opened that match, ascending."""
        return self.realm.entries(after=self.after, limit=EVERYTHING, **filters)

    def wait_for(self, *, deadline: float, count: int = 1, **filters: str | float) -> list[Entry]:
        """Return once `count` entries match; when `deadline` seconds have passed, what there is."""
        return self.realm.wait_for(deadline=deadline, after=self.after, count=count, **filters)


class ControlPlane:
    """A running mock control plane, by the URL of its main port. A context manager.

    A certificate is checked against those of the system, or of the file in SSL_CERT_FILE.
    """

    def __init__(self, url: str, *, token: str | None = None, timeout: float = 30.0) -> None:
        self.url = url.rstrip("/")
        self._wire = Wire(self.url, token, timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"ControlPlane({self.url!r})"

    def close(self) -> None:
        """Give the connections back."""
        self._wire.close()

    def info(self) -> Info:
        """Return what the mock says about itself."""
        return Info(**self._wire.ask("GET", ""))

    def create_realm(
        self,
        name: str | None = None,
        *,
        organization: str | None = None,
        organization_id: str | None = None,
        host: str | None = None,
    ) -> Realm:
        """Open a new control plane with a port of its own and one organisation.

        `host` is the name under which the data plane reaches this machine, where that differs.
        """
        sent = _given(
            name=name, organization=organization, organization_id=organization_id, host=host
        )
        return Realm(self._wire, self._wire.ask("POST", "/realms", json=sent))

    def realm(self, name: str) -> Realm:
        """Return an existing realm; `UnknownRealm` if there is none of that name."""
        return Realm(self._wire, self._wire.ask("GET", f"/realms/{name}"))

    def realms(self) -> list[Realm]:
        """Return all realms, the default one first."""
        return [Realm(self._wire, row) for row in self._wire.ask("GET", "/realms")["realms"]]


class Wire:
    """The HTTP of the inspection API: asks, and turns every failure into one sentence."""

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
                trust_env=not _is_loopback(url),  # no proxy stands between a machine and itself
            )
        except (httpx.InvalidURL, UnicodeError) as problem:
            raise ControlPlaneError(
                f"{url!r} is not the URL of a mock control plane ({problem});"
                " expected something like http://127.0.0.1:8700"
            ) from None

    def close(self) -> None:
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


def _is_loopback(url: str) -> bool:
    host = httpx.URL(url).host
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _given(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _entries(answer: dict[str, Any]) -> list[Entry]:
    return [Entry.from_json(row) for row in answer["entries"]]
