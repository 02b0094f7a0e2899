"""Sightings travel as JSON, and say what was seen of each kind."""

from __future__ import annotations

import json

from mock_control_plane.entry import Entry, Principal
from mock_control_plane.sighting import Sighting, Telemetry

METRICS = Sighting("metrics", "traces", "content", None, "protobuf", 2, {"resourceMetrics": []})
LOGS = Sighting("logs", None, "path", "it is not JSON", "other", 0)
ENTRY = Entry(
    seq=1,
    realm="here",
    at=1.0,
    monotonic=1.0,
    method="POST",
    path="/x",
    query="",
    headers=(("a", "b"),),
    body=b"\x00",
    body_size=1,
    principal=Principal("none"),
    credential=None,
    classification="telemetry:metrics,logs",
    status=200,
    fault=None,
    duration=0.0,
)


def test_telemetry_survives_its_journey() -> None:
    """What is written as JSON is read back the same."""
    telemetry = Telemetry(ENTRY, (METRICS, LOGS))
    row = json.loads(json.dumps(telemetry.to_json()))
    assert Telemetry.from_json(row) == telemetry
    assert [each["well_formed"] for each in row["sightings"]] == [True, False]


def test_each_kind_is_found() -> None:
    """A request is asked for the kinds in it one by one."""
    telemetry = Telemetry(ENTRY, (METRICS, LOGS))
    assert telemetry.kinds == {"metrics", "logs"}
    assert (telemetry.of("logs"), telemetry.of("usage")) == (LOGS, None)
    assert (METRICS.well_formed, LOGS.well_formed) == (True, False)
