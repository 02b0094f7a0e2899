"""Waiting until a started data plane answers, with a deadline and with an eye on its process."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.client import Caller, Credential, Transport
from conformance.errors import DataPlaneDied, NotReady
from conformance.expect import Inconclusive, NoAnswer

if TYPE_CHECKING:
    from conformance.deployment.process import Process
    from conformance.reach import Reach

__all__ = ["wait_until_ready"]

PATHS = ("/version", "/")
ONE_LOOK = 2.0
PAUSE = 0.05


def wait_until_ready(process: Process, reach: Reach, *, deadline: float) -> None:
    """Return once `GET /version` or `GET /` answers below 500.

    A process that ends raises `DataPlaneDied` at once, the deadline (seconds) `NotReady`.
    """
    until = time.monotonic() + deadline
    transport = Transport(replace(reach, timeout=min(ONE_LOOK, deadline)))
    try:
        caller = Caller(transport, Credential(None))
        while last := _unreadiness(caller):
            if process.ended(within=PAUSE):
                raise DataPlaneDied(
                    f"the data plane died before it was ready: it {process.epitaph()}"
                )
            if time.monotonic() > until:
                raise NotReady(_not_ready(process, reach, deadline, last))
    finally:
        transport.close()


def _unreadiness(caller: Caller) -> str | None:
    """What still speaks against the data plane being ready, None if nothing does."""
    seen = []
    for path in PATHS:
        try:
            exchange = caller.transport.send(caller.compose("GET", path))
        except NoAnswer as silence:
            seen.append(f"GET {path}: {silence.came}")
        except Inconclusive:
            return None  # an answer, though one that is not legal HTTP; that is for the suite
        else:
            if exchange.status < 500:
                return None
            seen.append(f"GET {path}: {exchange.status}")
    return "; ".join(seen)


def _not_ready(process: Process, reach: Reach, deadline: float, last: str) -> str:
    printed = process.tail()
    return (
        f"the data plane was not ready after {deadline:g} s: neither GET /version nor GET / of "
        f"{reach.url} answered below 500 ({last}). It is told its port in PORT; raise "
        "--dataplane-ready-timeout if it needs longer."
        + (f" Its last lines:\n{printed}" if printed else " It printed nothing.")
    )
