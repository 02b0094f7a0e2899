"""Where a data plane connected, and what accounts for it: the classes of destinations.

How that is seen is not known here: by a forward proxy, or in a list that a user's own one wrote. A
line of such a list is a JSON object with `host`, `port` and, where it was refused, `refused`: true.
"""

from __future__ import annotations

import contextlib
import json
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance import data
from mock_control_plane.client import Hosts, normal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "CONTROL_PLANE",
    "OTHER",
    "BrokenLine",
    "Contact",
    "accounted",
    "allow_list",
    "class_of",
    "place_of",
    "read",
]

CONTROL_PLANE = "control plane"
ALLOW_LIST = "allow list"
OWN = "own"
CONFIGURED = "configured"
OTHER = "other"

LOOPBACK = ("localhost", "*.localhost", "127.0.0.0/8", "::1")
"""The machine of a deployment is the deployment's own."""

NOT_CONTACTED = frozenset(
    {"BRAINTRUST_APP_URL", "BRAINTRUST_APP_PUBLIC_URL", "WHITELISTED_ORIGINS"}
)
"""Settings that hold URLs and say nothing of where the data plane may go beside all else."""

HIGHEST_PORT = 65535
PORTS = {"http": 80, "https": 443}
EXPECTED = 'each line is an object such as {"host": "example.com", "port": 443}'


class BrokenLine(ValueError):
    """A list of destinations cannot be read; one sentence says which line, and why."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A host and port that was connected to; `refused` where whoever saw it did not let it."""

    host: str
    port: int
    refused: bool = False

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def allow_list() -> list[str]:
    """The hosts that the guide wants to be reachable."""
    text = data.find("egress", "allowed.toml").read_text("utf-8")
    return [str(host) for host in tomllib.loads(text)["hosts"]]


def accounted(
    control_plane: str, own: Sequence[str], settings: Mapping[str, str]
) -> dict[str, list[str]]:
    """The hosts that a data plane may reach, as patterns, by the class that they are of.

    `control_plane` is its URL; `own` are hosts of the deployment; `settings` name some as URLs.
    """
    return {
        CONTROL_PLANE: [place_of(control_plane)],
        ALLOW_LIST: allow_list(),
        OWN: [*LOOPBACK, *own],
        CONFIGURED: sorted(_configured(settings)),
    }


def class_of(contact: Contact, accounts: Mapping[str, Sequence[str]]) -> str:
    """What accounts for a contact: the first class that has its host, "other" if none does."""
    for name, patterns in accounts.items():
        if Hosts.of(patterns).have(contact.host, contact.port):
            return name
    return OTHER


def place_of(url: str) -> str:
    """Host and port of a URL; raises ValueError where it has none."""
    parts = urlsplit(url)
    port = parts.port or PORTS.get(parts.scheme)
    if not parts.hostname or port is None:
        raise ValueError(f"{url!r} is no URL of a host")
    return str(Contact(normal(parts.hostname), port))


def _configured(settings: Mapping[str, str]) -> set[str]:
    places = set()
    for name, value in settings.items():
        if name not in NOT_CONTACTED and "://" in value:
            with contextlib.suppress(ValueError):  # no URL of one host is no permission
                place = place_of(value)
                Hosts.of([place])
                places.add(place)
    return places


def read(path: Path) -> list[Contact]:
    """The contacts in a list of destinations, in order; raises BrokenLine. Empty lines say nothing.

    A last line that is still being written, without its end, is left for the next time.
    """
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise BrokenLine("it cannot be read as UTF-8 text") from problem
    whole = text[: text.rfind("\n") + 1]
    return list(_contacts(whole.splitlines()))


def _contacts(lines: Iterable[str]) -> Iterable[Contact]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _contact(number, line)


def _contact(number: int, line: str) -> Contact:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise BrokenLine(f"line {number} is not JSON; {EXPECTED}") from None
    if not isinstance(value, dict):
        raise BrokenLine(f"line {number} is not an object; {EXPECTED}")
    host, port, refused = value.get("host"), value.get("port"), value.get("refused", False)
    if not isinstance(host, str) or not host.strip("[]. ") or any(map(str.isspace, host)):
        raise BrokenLine(f"line {number} names no host; {EXPECTED}")
    if type(port) is not int or not 0 < port <= HIGHEST_PORT:
        raise BrokenLine(f"line {number} has no port between 1 and {HIGHEST_PORT}; {EXPECTED}")
    if not isinstance(refused, bool):
        raise BrokenLine(f"line {number} has a `refused` that is not true or false; {EXPECTED}")
    return Contact(normal(host), port, refused)
