"""Keeps a process on this machine: what it wants elsewhere is refused, and kept to be told."""

from __future__ import annotations

import ipaddress
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(slots=True)
class Guard:
    """What was refused and what was allowed, in order; the interpreter's audit hook adds to it.

    Programs are refused too: what another process does cannot be seen from this one.
    """

    refused: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def install(self) -> Guard:
        """Begin; an audit hook cannot be removed, so this lasts as long as the process."""
        sys.addaudithook(self._judge)
        return self

    def _judge(self, event: str, arguments: tuple[Any, ...]) -> None:
        name_wish = WISHES.get(event)
        if name_wish is None:
            return
        wish, harmless = name_wish(self, arguments)
        (self.allowed if harmless else self.refused).append(f"{event} {wish}")
        if not harmless:
            raise PermissionError(f"this process may only reach loopback; it wanted {event} {wish}")

    def _host(self, arguments: tuple[Any, ...]) -> tuple[str, bool]:
        host = arguments[0]
        return str(host), _is_loopback(host)

    def _address(self, arguments: tuple[Any, ...]) -> tuple[str, bool]:
        address = arguments[-1]
        return str(address), not isinstance(address, tuple) or _is_loopback(address[0])

    def _program(self, arguments: tuple[Any, ...]) -> tuple[str, bool]:
        return " ".join(map(str, arguments[:1])), False


def _is_loopback(host: object) -> bool:
    """Whether a host, as it is given to a socket, is this machine (None and "" are)."""
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(str(name).partition("%")[0]).is_loopback
    except ValueError:
        return False


WISHES: dict[str, Callable[[Guard, tuple[Any, ...]], tuple[str, bool]]] = {
    "socket.getaddrinfo": Guard._host,
    "socket.gethostbyname": Guard._host,
    "socket.gethostbyaddr": Guard._host,
    "socket.connect": Guard._address,
    "socket.sendto": Guard._address,
    "socket.sendmsg": Guard._address,
    "subprocess.Popen": Guard._program,
    "os.posix_spawn": Guard._program,
    "os.exec": Guard._program,
    "os.system": Guard._program,
    "os.fork": Guard._program,
    "os.forkpty": Guard._program,
}
