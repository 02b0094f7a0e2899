"""Hosts: names and addresses that stand for many, as people write them on allow lists. Pure."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable

HIGHEST_PORT: Final = 65535
NAME: Final = re.compile(r"(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")
WITH_PORT: Final = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*):(?P<port>[0-9]{1,5})")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class UnusableHost(ValueError):
    """A text stands for no host; one sentence."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One name, address or network; without a `port` it stands for all of them."""

    name: str = ""
    network: Network | None = None
    port: int | None = None

    @classmethod
    def of(cls, text: str) -> Self:
        """Read `name`, `*.name`, an address or a network, each with `:port` or without."""
        host, port = text, None
        if matched := WITH_PORT.fullmatch(text):
            host, port = matched["host"], int(matched["port"])
        bare = normal(host)
        try:
            network = ipaddress.ip_network(bare, strict=False)
        except ValueError:
            network = None
        if (
            (network is None and not NAME.fullmatch(bare))
            or port == 0
            or (port or 0) > HIGHEST_PORT
        ):
            raise UnusableHost(
                f"{text!r} is no host; expected something like db.internal, *.svc.cluster.local,"
                " 10.0.0.0/8 or db.internal:5432"
            )
        return cls(bare if network is None else "", network, port)

    def has(self, host: str, port: int) -> bool:
        """Tell whether it stands for a host, spelled as `normal` does, at this port."""
        if self.port not in (None, port):
            return False
        if self.network is not None:
            address = _address(host)
            return address is not None and address in self.network
        if self.name.startswith("*."):
            return host.endswith(self.name[1:])
        return host == self.name


@dataclass(frozen=True, slots=True)
class Hosts:
    """Any number of patterns: a host is among them if one of them stands for it."""

    patterns: tuple[Pattern, ...] = ()

    @classmethod
    def of(cls, texts: Iterable[str]) -> Self:
        """Read patterns; `UnusableHost` for one that is none."""
        return cls(tuple(Pattern.of(text) for text in texts))

    def have(self, host: str, port: int) -> bool:
        """Tell whether a host at this port is among them, however it is spelled."""
        spelled = normal(host)
        return any(pattern.has(spelled, port) for pattern in self.patterns)


def normal(host: str) -> str:
    """Return the one spelling of a host that is compared: case and final dot make no difference."""
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    address = _address(bare)
    return bare.lower().removesuffix(".") if address is None else address.compressed


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
