"""In JSON telemetry is known by its names, and checked as OTLP writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from mock_control_plane.otlp_json import check, find_in_json

if TYPE_CHECKING:
    from mock_control_plane.sighting import Finding

POINT = {"timeUnixNano": "1700000000000000000", "asInt": "3"}
METRIC = {"name": "requests", "sum": {"dataPoints": [POINT], "isMonotonic": True}}
LOG = {"timeUnixNano": "1700000000000000000", "body": {"stringValue": "slow"}, "traceId": "0a" * 16}
SPAN = {
    "traceId": "5B8EFFF798038103D269B633813FC60C",
    "spanId": "EEE19B7EC3C1B174",
    "name": "GET /",
    "kind": 2,
    "startTimeUnixNano": "1700000000000000000",
    "newField": 1,
}
EVENT = {"event_name": "used", "idempotency_key": "1"}


def metrics(*items: object) -> dict[str, Any]:
    """A request with metrics."""
    return {"resourceMetrics": [{"resource": {}, "scopeMetrics": [{"metrics": list(items)}]}]}


def logs(*items: object) -> dict[str, Any]:
    """A request with log records."""
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": list(items)}]}]}


def traces(*items: object) -> dict[str, Any]:
    """A request with spans."""
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(items)}]}]}


def find(value: object, endpoint: str | None = None) -> list[Finding]:
    """Search thoroughly."""
    return find_in_json(value, endpoint, thorough=True)


@pytest.mark.parametrize(
    ("value", "kind", "items"),
    [
        (metrics(METRIC, METRIC), "metrics", 2),
        (logs(LOG), "logs", 1),
        (traces(SPAN), "traces", 1),
        (metrics(), "metrics", 0),
        ({"resourceLogs": []}, "logs", 0),
        ({"events": [EVENT]}, "usage", 1),
    ],
)
def test_kind_is_told_by_names(value: dict[str, Any], kind: str, items: int) -> None:
    """Each kind is known on any path, counted, and given as it is."""
    (found,) = find(value, "status")
    assert (found.kind, found.items, found.problem, found.document) == (kind, items, None, value)
    assert [each.kind for each in find_in_json(value, None, thorough=False)] == [kind]


def test_kinds_in_one_request_are_all_found() -> None:
    """Several kinds in one object are each seen, with their own part of it."""
    found = find(metrics(METRIC) | logs(LOG) | {"events": [EVENT]})
    assert [each.kind for each in found] == ["metrics", "logs", "usage"]
    assert found[1].document == logs(LOG)


def test_wrong_name_of_the_whole_does_not_hide_what_is_inside() -> None:
    """Metrics that are called logs are metrics."""
    smuggled = {"resourceLogs": metrics(METRIC)["resourceMetrics"]}
    assert [(each.kind, each.items) for each in find(smuggled)] == [("metrics", 1)]


def test_requests_in_a_list_are_found() -> None:
    """A list of requests is no request, and hides nothing."""
    found = find([metrics(METRIC), 1, traces(SPAN)])
    assert [each.kind for each in found] == ["metrics", "traces"]
    assert {each.problem for each in found} == {
        "several requests in a list; one request holds one object"
    }


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (metrics({"name": "x"}), "a metric without data"),
        (metrics({"name": 1}), "cannot be decoded as ExportMetricsServiceRequest"),
        (metrics(1), "metrics is not a list of objects"),
        ({"resourceMetrics": "x"}, "resourceMetrics is not a list of objects"),
        ({"resourceMetrics": [{"scopeMetrics": [None]}]}, "scopeMetrics is not a list of objects"),
        (logs(LOG | {"timeUnixNano": "soon"}), "cannot be decoded as ExportLogsServiceRequest"),
        (traces(SPAN | {"spanId": "7uGbfsPBsXQ="}), "'7uGbfsPBsXQ=' is not written in hexadecimal"),
        (traces(SPAN | {"traceId": 5}), "cannot be decoded as ExportTraceServiceRequest"),
        (traces(SPAN | {"traceId": "00"}), "a span whose ids have another length"),
        ({"resource_spans": traces(SPAN)["resourceSpans"]}, "it is called resource_spans"),
    ],
)
def test_malformed_request_is_explained(value: dict[str, Any], problem: str) -> None:
    """A request whose kind is clear and whose content is wrong says what is wrong."""
    (found,) = find(value)
    assert problem in str(found.problem)


@pytest.mark.parametrize(
    "value",
    [
        None,
        1,
        "resourceMetrics",
        [],
        {},
        {"events": [{"id": "1"}]},
        {"events": "x"},
        {"events": []},
        {"metadata": {"resourceMetrics": []}},
    ],
)
def test_other_json_is_nothing(value: object) -> None:
    """What has none of the names is no telemetry by its content."""
    assert find(value, "status") == []


@pytest.mark.parametrize(("events", "problem"), [([], None), ([1], "an event is no object")])
def test_events_on_their_own_path_are_usage(events: list[object], problem: str | None) -> None:
    """Where usage is expected, any list of events is usage."""
    (found,) = find({"events": events}, "usage")
    assert (found.kind, found.items, found.problem) == ("usage", len(events), problem)


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({}, None),
        (metrics(METRIC), None),
        ({"resourceMetrics": None}, None),
        ([], "not a JSON object"),
        ({"resourceMetrics": {}}, "resourceMetrics is not a list of objects"),
        ({"resourceMetrics": [1]}, "resourceMetrics is not a list of objects"),
    ],
)
def test_outside_of_a_request_is_checked(value: object, problem: str | None) -> None:
    """What is seen without decoding is enough to refuse what is no request at all."""
    assert str(problem) in str(check(value, "metrics"))
