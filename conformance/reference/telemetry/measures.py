"""What the process knows about itself: its age, time used, memory, and how far it is behind."""

from __future__ import annotations

import os
import resource
import sqlite3
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance import __version__

if TYPE_CHECKING:
    from conformance.reference.store import Store
    from conformance.reference.telemetry.senders import Sender

STATM = "/proc/self/statm"


@dataclass(frozen=True, slots=True)
class Measure:
    """One look at the process."""

    cpu_seconds: float
    memory_bytes: int
    indexing_lag_seconds: float


class Measures:
    """Looks at the process; at the store only from the event loop's thread."""

    def __init__(self) -> None:
        self._since = time.monotonic()

    def take(self) -> Measure:
        """Return how things are now."""
        return Measure(self.cpu_seconds(), self.memory_bytes(), self.indexing_lag_seconds())

    def cpu_seconds(self) -> float:
        """Return the processor time that the process has used."""
        return time.process_time()

    def memory_bytes(self) -> int:
        """Return the memory that the process holds; its peak where the system tells no more."""
        try:
            with open(STATM, encoding="ascii") as statm:
                return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        except OSError:
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            return peak if sys.platform == "darwin" else peak * 1024

    def indexing_lag_seconds(self) -> float:
        """Return how far the index is behind the newest write: it is kept up within each write."""
        return 0.0

    def status(self, sender: Sender, store: Store) -> dict[str, object]:
        """Return the health of one sender."""
        checks = {"database": self.database(store)}
        return {
            "service": sender.name,
            "version": __version__,
            "status": "ok" if set(checks.values()) == {"ok"} else "degraded",
            "checks": checks,
            "uptime_seconds": round(time.monotonic() - self._since, 3),
        }

    def database(self, store: Store) -> str:
        """Return whether the database answers."""
        try:
            store.ask("SELECT 1")
        except sqlite3.Error:
            return "failing"
        return "ok"
