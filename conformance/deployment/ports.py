"""Ports for what is started: none is given twice, and none that systems give away by themselves."""

from __future__ import annotations

import contextlib
import itertools
import random
import socket
from typing import TYPE_CHECKING

from conformance.errors import CannotLaunch

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LOOPBACK", "free_port"]

LOOPBACK = "127.0.0.1"
PORTS = range(20_000, 32_000)
"""Below those that Linux (from 32768) and others (from 49152) give to whoever asks for any port.

In the moments until a data plane listens somebody else would get one of these, and would be taken
for the data plane.
"""

# Two runs at the same time begin at different places.
_first: int = random.SystemRandom().choice(PORTS)
_candidates: Iterator[int] = itertools.cycle(
    [*range(_first, PORTS.stop), *range(PORTS.start, _first)]
)


def free_port() -> int:
    """A port of loopback that nobody listened on a moment ago; `CannotLaunch` if there is none."""
    for port in itertools.islice(_candidates, len(PORTS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port
    raise CannotLaunch(
        f"all ports from {PORTS.start} to {PORTS.stop - 1} of {LOOPBACK} are in use; "
        "end what listens there, so that the data plane gets one."
    )
