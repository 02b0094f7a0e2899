"""The heap is traced while somebody reports it, and places are all that is told."""

from __future__ import annotations

import gzip
import tracemalloc

from conformance.reference.telemetry.heap import Heap


def test_heap_is_traced_from_the_first_to_the_last_user() -> None:
    """The tracer is started once, and stopped by whoever leaves last."""
    heap = Heap()
    heap.start()
    heap.start()
    heap.stop()
    assert tracemalloc.is_tracing()
    heap.stop()
    assert not tracemalloc.is_tracing()


def test_tracing_of_somebody_else_is_left_alone() -> None:
    """A tracer that was running before is running afterwards."""
    heap = Heap()
    tracemalloc.start()
    try:
        heap.start()
        heap.stop()
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()


def test_profile_is_of_this_process() -> None:
    """What this test holds is in the profile, under this file and not under its folder."""
    heap = Heap()
    heap.start()
    held = [bytes(1000) for _ in range(1000)]
    profile = gzip.decompress(heap.profile())
    heap.stop()
    assert len(held) == 1000
    assert b"reference/telemetry/test_heap.py" in profile
    assert __file__.encode() not in profile
