"""What the process knows about itself is true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.store import Store
from conformance.reference.telemetry import measures
from conformance.reference.telemetry.measures import Measures
from conformance.reference.telemetry.senders import STORE

if TYPE_CHECKING:
    import pytest

MEGABYTE = 1_000_000


def test_measures_are_plausible(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time used grows; memory is that of a Python process, where the system tells it or not."""
    told = Measures().take()
    assert 0 < told.cpu_seconds <= Measures().cpu_seconds()
    assert 10 * MEGABYTE < told.memory_bytes < 10_000 * MEGABYTE
    assert told.indexing_lag_seconds == 0
    monkeypatch.setattr(measures, "STATM", "/nowhere")
    assert 10 * MEGABYTE < Measures().memory_bytes() < 10_000 * MEGABYTE


def test_status_tells_whether_the_database_answers() -> None:
    """A sender whose database fails says so, and is degraded."""
    store = Store("")
    store.open()
    well = Measures().status(STORE, store)
    assert (well["service"], well["status"]) == ("brainstore", "ok")
    store.ask("PRAGMA query_only = 1")
    connection = store._connection
    assert connection is not None
    connection.close()
    assert Measures().status(STORE, store)["status"] == "degraded"
