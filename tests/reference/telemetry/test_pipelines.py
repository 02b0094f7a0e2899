"""What the SDK makes of it: OTLP that decodes to what was to be said, and no more."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING

import pytest

from conformance.reference.telemetry.courier import PATHS
from conformance.reference.telemetry.measures import Measure
from conformance.reference.telemetry.pipelines import PIPELINES, Line
from conformance.reference.telemetry.senders import API, STORE
from conformance.reference.telemetry.signals import Batch, Served, Signals
from tests.reference.telemetry.ear import Ear, Heard, sighted

if TYPE_CHECKING:
    from tests.reference.rig import Houses

MEASURE = Measure(cpu_seconds=1.5, memory_bytes=64_000_000, indexing_lag_seconds=0.0)
SERVED = Served("GET", "/v1/project", 200, 1_700_000_000_000_000_000, 0.25)


def record(number: int = 0) -> logging.LogRecord:
    """A log record of the application."""
    name, told = "conformance.reference.app", f"record {number}"
    return logging.LogRecord(name, logging.WARNING, __file__, 7, told, (), None)


def flushed(houses: Houses, kind: str, *batches: Batch, signals: Signals | None = None) -> Ear:
    """What is heard of batches that go through a pipeline."""
    ear = Ear()
    url = houses.host.serve(ear.around(houses.control_plane.app()))
    line = Line(signals or Signals(), STORE, url + PATHS[kind], {"authorization": "Bearer l"}, 5.0)
    pipeline = PIPELINES[kind](line)
    for batch in batches:
        pipeline.flush(batch)
    pipeline.close()
    houses.host.stop(url)
    return ear


def told(heard: Heard) -> str:
    """The decoded content of a report, which is well formed."""
    found = sighted(heard)
    assert found.well_formed, found.problem
    assert heard.headers["content-type"] == "application/x-protobuf"
    return json.dumps(found.document)


def test_metrics_are_measures_and_durations(houses: Houses) -> None:
    """Processor time, memory, the index's lag, and one duration under its route."""
    ear = flushed(houses, "metrics", Batch(MEASURE, [SERVED], []))
    (heard,) = ear.heard
    content = told(heard)
    for name in ("process.cpu.time", "process.memory.usage", "brainstore.indexing_lag"):
        assert name in content
    assert "/v1/project" in content
    assert "dataplane-brainstore" in content
    assert heard.headers["authorization"] == "Bearer l"
    assert heard.headers["content-encoding"] == "gzip"


def test_traces_are_the_requests(houses: Houses) -> None:
    """A span for each request, from its start to its end; none without requests."""
    ear = flushed(houses, "traces", Batch(MEASURE, [], []), Batch(MEASURE, [SERVED], []))
    (heard,) = ear.heard
    content = told(heard)
    assert "GET /v1/project" in content
    assert str(SERVED.started) in content
    assert str(SERVED.started + 250_000_000) in content


def test_logs_are_the_records(houses: Houses) -> None:
    """Text, severity and logger of each record; nothing without records."""
    before = time.time_ns()
    ear = flushed(houses, "logs", Batch(MEASURE, [], []), Batch(MEASURE, [], [record()]))
    (heard,) = ear.heard
    content = told(heard)
    assert "record 0" in content
    assert "WARNING" in content
    assert "conformance.reference.app" in content
    assert before <= time.time_ns()


@pytest.mark.parametrize("kind", ["logs", "traces"])
def test_batches_have_a_size(houses: Houses, kind: str) -> None:
    """What exceeds a batch is sent in several, and all of it is sent."""

    class Small(Signals):
        batch = 4

    batch = Batch(MEASURE, [SERVED] * 10, [record(number) for number in range(10)])
    ear = flushed(houses, kind, batch, signals=Small())
    counts = [sighted(heard).items for heard in ear.heard]
    assert sum(counts) == 10
    assert max(counts) == 4


def test_only_the_store_has_an_index() -> None:
    """The other senders say nothing about a lag."""
    line = Line(Signals(), API, "http://127.0.0.1:9/", {}, 0.1)
    assert line.resource.attributes["service.name"] == "dataplane-api"
    PIPELINES["metrics"](line).close()
