"""ControlPlane: the inspection API of a mock control plane as typed Python.

Synchronous, and safe to share between threads. Every failure is one sentence: `ControlPlaneError`.
"""

from __future__ import annotations

from typing import Self

from mock_control_plane.answers import (
    Answer,
    Destination,
    Info,
    Key,
    Organization,
    Outbound,
    Provisioned,
    ServiceToken,
    User,
)
from mock_control_plane.asking import ControlPlaneError, UnknownRealm, Wire, given
from mock_control_plane.entry import Entry, Principal, digest_of
from mock_control_plane.hosts import Hosts, UnusableHost, normal
from mock_control_plane.remote import Realm, Watch
from mock_control_plane.sighting import Sighting, Telemetry

__all__ = [
    "Answer",
    "ControlPlane",
    "ControlPlaneError",
    "Destination",
    "Entry",
    "Hosts",
    "Info",
    "Key",
    "Organization",
    "Outbound",
    "Principal",
    "Provisioned",
    "Realm",
    "ServiceToken",
    "Sighting",
    "Telemetry",
    "UnknownRealm",
    "UnusableHost",
    "User",
    "Watch",
    "digest_of",
    "normal",
]


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
        sent = given(
            name=name, organization=organization, organization_id=organization_id, host=host
        )
        return Realm(self._wire, self._wire.ask("POST", "/realms", json=sent))

    def realm(self, name: str) -> Realm:
        """Return an existing realm; `UnknownRealm` if there is none of that name."""
        return Realm(self._wire, self._wire.ask("GET", f"/realms/{name}"))

    def realms(self) -> list[Realm]:
        """Return all realms, the default one first."""
        return [Realm(self._wire, row) for row in self._wire.ask("GET", "/realms")["realms"]]
