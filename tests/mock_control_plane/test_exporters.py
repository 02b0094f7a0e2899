"""What the real OpenTelemetry exporters send is accepted, told by its content, and asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest
from opentelemetry.exporter.otlp.proto.http import Compression

from mock_control_plane.client import ControlPlane, ControlPlaneError, Realm
from mock_control_plane.wire import load_profile
from tests.mock_control_plane.telemetry_bodies import export

if TYPE_CHECKING:
    from mock_control_plane.client import Sighting, Telemetry

KINDS = ("metrics", "logs", "traces")
PATHS = {kind: load_profile().rows[kind].path for kind in KINDS}
USAGE = {"events": [{"event_name": "used"}]}


@pytest.fixture(name="realm")
def _realm(running_control_plane: ControlPlane) -> Realm:
    """A realm of its own for each test, so that what it heard can be counted."""
    return running_control_plane.create_realm()


def urls(realm: Realm, **paths: str) -> dict[str, str]:
    """Where each kind is sent."""
    return {kind: f"{realm.url}{paths.get(kind, PATHS[kind])}" for kind in KINDS}


def sightings(telemetry: list[Telemetry]) -> list[Sighting]:
    """The one sighting of each."""
    assert all(len(each.sightings) == 1 for each in telemetry)
    return [each.sightings[0] for each in telemetry]


@pytest.mark.parametrize("compression", Compression)
def test_exports_are_well_formed(realm: Realm, compression: Compression) -> None:
    """Each export is answered with success, in whichever encoding, and nothing is wrong with it."""
    export(urls(realm), compression)
    heard = realm.telemetry()
    assert [each.entry.status for each in heard] == [200] * 3
    assert [(each.kind, each.endpoint_kind, each.problem) for each in sightings(heard)] == [
        (kind, kind, None) for kind in KINDS
    ]
    assert [each.items for each in sightings(heard)] == [3, 1, 1]


def test_documents_say_what_was_reported(realm: Realm) -> None:
    """Names, values and attributes of what was reported are in what a reader gets."""
    export(urls(realm))
    metrics, logs, traces = (each.document for each in sightings(realm.telemetry()))
    (resource,) = metrics["resourceMetrics"]
    assert resource["resource"]["attributes"] == [
        {"key": "service.name", "value": {"stringValue": "api"}}
    ]
    named = {each["name"]: each for each in resource["scopeMetrics"][0]["metrics"]}
    assert named.keys() == {"requests", "memory", "lag"}
    assert named["requests"]["sum"]["dataPoints"][0]["asInt"] == "3"
    (record,) = logs["resourceLogs"][0]["scopeLogs"][0]["logRecords"]
    assert record["body"] == {"stringValue": "slow"}
    (span,) = traces["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert (span["name"], len(span["traceId"]), len(span["spanId"])) == ("GET /v1/project", 32, 16)
    assert span["events"][0]["name"] == "looked up"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    "paths",
    [
        {"metrics": PATHS["traces"], "logs": PATHS["metrics"], "traces": PATHS["logs"]},
        dict.fromkeys(KINDS, "/api/billing/telemetry/v1/events"),
        dict.fromkeys(KINDS, "/api/pulse/else"),
        dict.fromkeys(KINDS, "/api/project/register"),
    ],
)
def test_exports_on_other_paths_are_found(realm: Realm, paths: dict[str, str]) -> None:
    """An export on another kind's path, or on no kind's, is of its own kind, well formed or not."""
    export(urls(realm, **paths))
    heard = [each for each in realm.telemetry() if each.entry.path in paths.values()]
    assert [each.kind for each in sightings(heard)] == list(KINDS)
    assert {each.problem for each in sightings(heard)} == {None}
    assert [each.entry.classification for each in heard] == [f"telemetry:{kind}" for kind in KINDS]
    assert all(each.kind != each.endpoint_kind for each in sightings(heard))


def test_kinds_are_asked_for(realm: Realm) -> None:
    """Telemetry is asked for by kind, from a cursor on, up to a time, and in pages."""
    httpx.post(f"{realm.url}/api/apikey/login")
    export(urls(realm))
    httpx.post(f"{realm.url}/api/else", json=USAGE)
    everything = realm.telemetry()
    assert [each.kind for each in sightings(everything)] == [*KINDS, "usage"]
    assert realm.telemetry(kind="usage") == everything[3:]
    assert realm.telemetry(kind="memprof") == realm.telemetry(kind="unknown") == []
    assert realm.telemetry(after=everything[1].entry.seq) == everything[2:]
    assert realm.telemetry(limit=3) == everything[:3]
    assert realm.telemetry(until=everything[1].entry.at) == everything[:2]
    assert realm.telemetry(path=PATHS["logs"], status=200) == everything[1:2]


def test_entries_are_filtered_by_content(realm: Realm) -> None:
    """Counting, and waiting for, entries of a kind goes by their content as well."""
    export(urls(realm, metrics="/api/else"))
    (found,) = realm.wait_for(deadline=30, classification="telemetry:metrics")
    assert (found.path, found.classification) == ("/api/else", "telemetry:metrics")
    assert realm.count(classification="telemetry") == 3
    assert realm.count(classification="unknown") == 0


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ({"kind": "metric"}, "no telemetry of kind 'metric'; expected status, metrics, usage"),
        ({"pathe": "x"}, "cannot be filtered by 'pathe'; did you mean 'path'"),
    ],
)
def test_unusable_question_is_a_sentence(
    realm: Realm, filters: dict[str, str], sentence: str
) -> None:
    """A kind or a filter that does not exist comes back as its sentence."""
    with pytest.raises(ControlPlaneError, match=sentence):
        realm.telemetry(**filters)  # type: ignore[arg-type]
