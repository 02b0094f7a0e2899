"""How a data plane is reached: its address, whom to trust, what to show at the door.

No request is made here; that is `client` (by a library) and `sockets` (by hand).
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from conformance.errors import UsageProblem

if TYPE_CHECKING:
    from pathlib import Path

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Reach:
    """The address of a data plane and what is needed to speak to it.

    `client_cert` is one PEM file with the certificate and its key. `headers` are added to every
    request; they may hold secrets, so their values are never shown.
    """

    url: str
    ca: Path | None = None
    client_cert: Path | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    timeout: float = 30.0

    @property
    def split(self) -> SplitResult:
        """The parts of the address."""
        return urlsplit(self.url)

    @property
    def host(self) -> str:
        """The host as a socket wants it, without port and brackets."""
        return self.split.hostname or "localhost"

    @property
    def port(self) -> int:
        """The port, the scheme's own where the address names none."""
        return self.split.port or (443 if self.is_tls else 80)

    @property
    def is_tls(self) -> bool:
        """Whether the address is an https one."""
        return self.split.scheme.lower() == "https"

    @property
    def is_loopback(self) -> bool:
        """Whether the address is this machine, where no forward proxy may stand in between."""
        return self.host in LOOPBACK

    def absolute(self, path: str) -> str:
        """Return the address of a path, below the prefix that the data plane is mounted at."""
        return self.url.rstrip("/") + path

    def tls(self) -> ssl.SSLContext:
        """Build the TLS settings: the system's authorities, one's own, a client certificate."""
        context = ssl.create_default_context()
        try:
            if self.ca is not None:
                context.load_verify_locations(cafile=self.ca)
        except OSError as error:
            raise UsageProblem(_unusable("--dataplane-ca", self.ca, "a PEM file", error)) from error
        try:
            if self.client_cert is not None:
                context.load_cert_chain(self.client_cert, password="")  # never ask
        except OSError as error:
            wanted = "a PEM file with the certificate and its unencrypted key"
            raise UsageProblem(
                _unusable("--dataplane-client-cert", self.client_cert, wanted, error)
            ) from error
        return context


def _unusable(option: str, path: Path | None, wanted: str, error: OSError) -> str:
    return f"{option} {path} cannot be used ({error}); give {wanted}"
