"""What a request carries is told by its content, and by its path only where that is silent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_control_plane import telemetry
from mock_control_plane.telemetry import Request, classified, is_classified, sight
from mock_control_plane.wire import TELEMETRY, load_profile
from tests.mock_control_plane.telemetry_bodies import (
    ITEMS,
    log,
    metric,
    packed,
    profile,
    request_of,
    requests,
    span,
)

if TYPE_CHECKING:
    from mock_control_plane.sighting import Sighting

PROFILE = load_profile()
PATHS = {kind: PROFILE.rows[kind].path for kind in TELEMETRY}
METRICS = request_of("metrics", metric(), metric()).SerializeToString()
LOGS = request_of("logs", log()).SerializeToString()
TRACES = request_of("traces", span()).SerializeToString()
HEAP = profile(1, 2).SerializeToString()
JSON = "application/json"
PROTOBUF = "application/x-protobuf"


def request(
    path: str, body: bytes, content_type: str = PROTOBUF, encoding: str = "", cut: int = 0
) -> Request:
    """A request as it is looked at."""
    headers = (("content-type", content_type), ("content-encoding", encoding))
    return Request("POST", path, headers, body, len(body) + cut)


def see(*args: Any, **more: Any) -> Sighting:
    """The one sighting in a request."""
    looked_at = request(*args, **more)
    (seen,) = sight(looked_at, PROFILE)
    assert classified(looked_at, PROFILE) == f"telemetry:{seen.kind}"
    return seen


@pytest.mark.parametrize("path", [*PATHS.values(), "/api/pulse/x", "/api/project/register", "/"])
@pytest.mark.parametrize(
    ("body", "content_type", "kind"),
    [
        (METRICS, PROTOBUF, "metrics"),
        (LOGS, PROTOBUF, "logs"),
        (TRACES, PROTOBUF, "traces"),
        (HEAP, "application/octet-stream", "memprof"),
        (packed(HEAP), "application/octet-stream", "memprof"),
        (b'{"events": [{"event_name": "used"}]}', JSON, "usage"),
        (b'{"resourceLogs": [{"scopeLogs": []}]}', JSON, "logs"),
    ],
)
def test_content_decides_on_any_path(path: str, body: bytes, content_type: str, kind: str) -> None:
    """What content is known by is seen on every path, and what the path says is told apart."""
    seen = see(path, body, content_type)
    assert (seen.kind, seen.told_by, seen.problem) == (kind, "content", None)
    assert seen.endpoint_kind == {each: name for name, each in PATHS.items()}.get(path)


@pytest.mark.parametrize(
    ("kind", "body", "encoding", "items"),
    [
        ("status", b'{"version": "1"}', "json", 1),
        ("memprof", b'{"heap": [1]}', "json", 1),
        ("metrics", b"", "none", 0),
        ("logs", b"", "none", 0),
    ],
)
def test_path_decides_where_content_is_silent(
    kind: str, body: bytes, encoding: str, items: int
) -> None:
    """What has no shape of its own is known by its endpoint, and said to be."""
    seen = see(PATHS[kind], body, JSON)
    assert (seen.kind, seen.endpoint_kind, seen.told_by) == (kind, kind, "path")
    assert (seen.problem, seen.encoding, seen.items) == (None, encoding, items)
    assert seen.document == (json.loads(body) if body else None)


@pytest.mark.parametrize(
    ("kind", "body", "problem"),
    [
        ("metrics", b"zzz", "it cannot be decoded as ExportMetricsServiceRequest"),
        ("metrics", METRICS[:-3], "an item that cannot be decoded as Metric"),
        ("metrics", b'{"a": 1}', "it has no resourceMetrics"),
        ("logs", b"[" * 10_000, "it cannot be decoded as ExportLogsServiceRequest"),
        ("status", b"up", "it is not JSON"),
        ("status", b"", "it is not JSON"),
        ("usage", b"{}", "it is not a JSON object with a list of events"),
        ("memprof", b"heap", "it is neither pprof nor JSON"),
        ("memprof", packed(HEAP)[:-9], "the body is not gzip: it ends before its end"),
    ],
)
def test_malformed_telemetry_is_of_its_path(kind: str, body: bytes, problem: str) -> None:
    """What cannot be read at a telemetry endpoint is still telemetry, and what is wrong is said."""
    seen = see(PATHS[kind], body, JSON if body.startswith(b"{") else PROTOBUF)
    assert (seen.kind, seen.endpoint_kind, seen.problem) == (kind, kind, problem)


@pytest.mark.parametrize(
    ("body", "content_type", "encoding", "problem"),
    [
        (METRICS, PROTOBUF, "", None),
        (METRICS, "Application/X-Protobuf; v=1", "identity", None),
        (packed(METRICS), PROTOBUF, "gzip", None),
        (b'{"resourceMetrics": []}', f"{JSON}; charset=utf-8", "", None),
        (METRICS, JSON, "", f"its Content-Type is '{JSON}' and not '{PROTOBUF}'"),
        (b'{"resourceMetrics": []}', PROTOBUF, "", f"is '{PROTOBUF}' and not '{JSON}'"),
        (METRICS, "", "", f"its Content-Type is '' and not '{PROTOBUF}'"),
        (METRICS, PROTOBUF, "gzip", "the body is not gzip"),
        (METRICS, PROTOBUF, "zstd", "'zstd' is not offered"),
        (packed(METRICS), PROTOBUF, "", "it is gzip, and no Content-Encoding says so"),
    ],
)
def test_headers_must_say_what_the_body_is(
    body: bytes, content_type: str, encoding: str, problem: str | None
) -> None:
    """A wrong content type or encoding hides nothing, and is a problem."""
    seen = see("/x", body, content_type, encoding)
    assert seen.kind == "metrics"
    assert str(problem) in str(seen.problem)


def test_several_kinds_are_several_sightings() -> None:
    """Kinds in one request are all seen and all named, and each is found by its name."""
    looked_at = request(PATHS["metrics"], METRICS + LOGS)
    assert {each.kind: each.items for each in sight(looked_at, PROFILE)} == {
        "metrics": 2,
        "logs": 1,
    }
    assert classified(looked_at, PROFILE) == "telemetry:metrics,logs"


@pytest.mark.parametrize(
    ("path", "body", "classification"),
    [
        ("/api/apikey/login", b"", "login"),
        ("/api/apikey/login", b'{"token": "x"}', "login"),
        ("/api/project/register", b'{"project_name": "events"}', "metadata"),
        ("/api/service_token/register", b"{}", "provisioning"),
        ("/api/pulse/x", b'{"status": "up"}', "unknown"),
        ("/", bytes(100), "unknown"),
    ],
)
def test_other_requests_are_no_telemetry(path: str, body: bytes, classification: str) -> None:
    """What carries none is what its path says."""
    looked_at = request(path, body, JSON)
    assert sight(looked_at, PROFILE) == ()
    assert classified(looked_at, PROFILE) == classification


@pytest.mark.parametrize("body", [METRICS, b'{"resourceMetrics":[{"scopeMetrics"'])
@pytest.mark.parametrize("path", [PATHS["traces"], "/x"])
def test_cut_body_is_known_by_what_was_kept(path: str, body: bytes) -> None:
    """A body of which only the beginning was kept is told by it, and said to be cut."""
    seen = see(path, body, cut=1000)
    assert (seen.kind, seen.problem) == ("metrics", "the body was kept without its last 1000 bytes")


def test_large_body_is_told_and_not_handed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a body that is too large to be handed out decoded, kind and number are still known."""
    monkeypatch.setattr(telemetry, "MAX_DOCUMENT", 10)
    seen = see("/x", METRICS)
    assert (seen.kind, seen.items, seen.document, seen.problem) == ("metrics", 2, None, None)
    assert see(PATHS["status"], b'{"version": "1.2.3"}', JSON).document is None


@settings(deadline=None)
@given(requests(), st.sampled_from([*PATHS.values(), "/x"]), st.booleans())
def test_every_request_has_its_kind(drawn: tuple[str, bytes], path: str, compressed: bool) -> None:
    """However bare, wherever it comes and whether compressed or not."""
    kind, body = drawn
    encoding = "gzip" if compressed else ""
    seen = see(path, packed(body) if compressed else body, PROTOBUF, encoding)
    assert (seen.kind, seen.well_formed) == (kind, True)


@settings(deadline=None)
@given(st.binary(), st.sampled_from([*PATHS.values(), "/x"]), st.sampled_from(["", "gzip", "br"]))
def test_nothing_breaks_a_reader(body: bytes, path: str, encoding: str) -> None:
    """Bytes at random are what their path says, or nothing."""
    seen = sight(request(path, body, JSON, encoding), PROFILE)
    endpoint = PROFILE.telemetry_kind("POST", path)
    assert [each.kind for each in seen] == ([] if endpoint is None else [endpoint])


@pytest.mark.parametrize("kind", ITEMS)
def test_empty_object_is_an_empty_request(kind: str) -> None:
    """In JSON a request without anything is an empty object."""
    seen = see(PATHS[kind], b"{}", JSON)
    assert (seen.kind, seen.items, seen.problem) == (kind, 0, None)


@pytest.mark.parametrize(
    ("classification", "wanted", "expected"),
    [
        ("telemetry:metrics,logs", "telemetry:logs", True),
        ("telemetry:metrics,logs", "telemetry:traces", False),
        ("telemetry:metrics", "telemetry", True),
        ("metadata", "telemetry", False),
        ("metadata", "metadata", True),
        ("metadata", "telemetry:metrics", False),
    ],
)
def test_classification_is_wanted(classification: str, wanted: str, expected: bool) -> None:
    """Each kind of several counts, and the family stands for all of its kinds."""
    assert is_classified(classification, wanted) is expected


@pytest.mark.parametrize("part", [b"\x0a\x00", b"\x0a\x02\x12\x00"])
def test_body_of_very_many_parts_is_told(part: bytes) -> None:
    """Protobuf with far more parts than are looked at is told by those that are."""
    assert see(PATHS["logs"], part * 100_000).kind == "logs"


def test_list_of_very_many_objects_is_told() -> None:
    """So is JSON."""
    assert see(PATHS["status"], b"[" + b"{}," * 100_000 + b"{}]", JSON).kind == "status"
