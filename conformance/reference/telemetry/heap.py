"""The heap, as Python's own tracer sees it: traced only while somebody reports it."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import PurePath

from conformance.reference.telemetry import pprof

FRAMES = 1
"""More would tell who called, and slow everything down several times over."""
LARGEST = 500
CONTENT_TYPE = "application/octet-stream"


class Heap:
    """Traces allocations from `start` to `stop`; a profile tells places in code, and sizes."""

    content_type = CONTENT_TYPE

    def __init__(self) -> None:
        self._users = 0
        self._ours = False

    def start(self) -> None:
        """Begin to trace, unless that is going on already."""
        self._users += 1
        if not tracemalloc.is_tracing():
            tracemalloc.start(FRAMES)
            self._ours = True

    def stop(self) -> None:
        """Stop to trace when the last who began has stopped."""
        self._users -= 1
        if self._users == 0 and self._ours:
            tracemalloc.stop()
            self._ours = False

    def allocations(self) -> list[pprof.Allocation]:
        """Return what is in use, the largest first."""
        found = tracemalloc.take_snapshot().statistics("traceback")[:LARGEST]
        return [
            pprof.Allocation(
                [(self.place(frame.filename), frame.lineno) for frame in reversed(each.traceback)],
                each.count,
                each.size,
            )
            for each in found
        ]

    def place(self, file: str) -> str:
        """Return a file by its last names: where the code is installed is nobody's business."""
        return "/".join(PurePath(file).parts[-3:])

    def profile(self) -> bytes:
        """Return a profile of what is in use now."""
        return pprof.encode(self.allocations(), at=time.time_ns())
