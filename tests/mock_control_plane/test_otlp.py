"""In protobuf each item tells its signal, and what nothing tells is not guessed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, ScopeMetrics
from opentelemetry.proto.trace.v1.trace_pb2 import ScopeSpans, Span

from mock_control_plane import otlp
from mock_control_plane.otlp import find_signals
from mock_control_plane.sighting import Finding
from tests.mock_control_plane.telemetry_bodies import (
    ITEMS,
    log,
    metric,
    request_of,
    requests,
    span,
)

KINDS = ("metrics", "logs", "traces")
ENDPOINTS = (None, *KINDS, "status")


def find(data: bytes, endpoint: str | None = None) -> list[Finding]:
    """Search thoroughly."""
    return find_signals(data, endpoint, thorough=True)


@settings(deadline=None)
@given(requests(), st.sampled_from(ENDPOINTS))
def test_kind_is_told_on_any_path(request: tuple[str, bytes], endpoint: str | None) -> None:
    """Every well-formed request, however bare, is known for what it is, and for nothing else."""
    kind, data = request
    assert [(each.kind, each.problem, each.told) for each in find(data, endpoint)] == [
        (kind, None, True)
    ]


@settings(deadline=None)
@given(requests(), requests())
def test_kinds_in_one_request_are_all_found(
    one: tuple[str, bytes], other: tuple[str, bytes]
) -> None:
    """Two requests in one body, which protobuf makes a single one, are each seen."""
    found = find(one[1] + other[1], "metrics")
    assert {each.kind for each in found} == {one[0], other[0]}
    assert [each.problem is None for each in found] == ([True] if len(found) == 1 else [False] * 2)


def test_kinds_in_one_scope_are_all_found() -> None:
    """Items of another signal among those of the expected one are seen too."""
    scope = ScopeMetrics(metrics=[metric()]).SerializeToString()
    scope += ScopeSpans(spans=[span()]).SerializeToString()
    resource = b"\x12" + bytes([len(scope)]) + scope
    found = find(b"\x0a" + bytes([len(resource)]) + resource, "metrics")
    assert {each.kind: each.items for each in found} == {"metrics": 1, "traces": 1}
    assert {each.problem for each in found} == {"one request holds metrics and traces"}


@settings(deadline=None)
@given(st.binary(), st.sampled_from([None, "status"]))
def test_noise_is_nothing(data: bytes, endpoint: str | None) -> None:
    """Bytes at random are no telemetry."""
    assert find(data, endpoint) == []


@pytest.mark.parametrize("cut", [2, 9])
def test_item_that_is_cut_short_is_not_told(cut: int) -> None:
    """A span that breaks off before it says when it began reads like a metric, and is none."""
    last = Span(trace_id=b"t" * 16, span_id=b"s" * 8, name="00", start_time_unix_nano=1)
    data = request_of("traces", span(), last).SerializeToString()
    at = data.rindex(b"\x2a\x0200") + 4
    assert [each.kind for each in find(data[:at])] == ["traces"]
    assert [each.kind for each in find(data[: at + cut])] == ["traces"]


@settings(deadline=None)
@given(requests(), st.sampled_from(ENDPOINTS), st.data())
def test_truncated_request_is_never_another_kind(
    request: tuple[str, bytes], endpoint: str | None, data: st.DataObject
) -> None:
    """A request that breaks off anywhere is its own kind, that of its path, or not known."""
    kind, whole = request
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    assert {each.kind for each in find(cut, endpoint)} <= {kind, endpoint, "unknown"}


@pytest.mark.parametrize("kind", KINDS)
def test_document_is_the_request_in_json(kind: str) -> None:
    """A reader gets resources, scopes and items as OTLP writes them in JSON, ids in digits."""
    item = ITEMS[kind]("x")
    if kind != "metrics":
        item.trace_id, item.span_id = bytes(range(16)), bytes(range(8))
    (found,) = find(request_of(kind, item, item, attributes={"a": "b"}).SerializeToString())
    (resources,) = found.document.values()
    (resource,) = resources
    assert resource["resource"] == {
        "attributes": [{"key": "a", "value": {"stringValue": "b"}}],
    }
    (scope,) = (each for name, each in resource.items() if name != "resource")
    (items,) = scope[0].values()
    assert len(items) == found.items == 2
    if kind != "metrics":
        assert items[0]["traceId"] == "000102030405060708090a0b0c0d0e0f"
        assert items[1]["spanId"] == "0001020304050607"


def test_document_is_made_only_where_it_is_wanted() -> None:
    """Who only wants to know the kind does not pay for the rest."""
    data = request_of("logs", log()).SerializeToString()
    assert find_signals(data, None, thorough=False) == [Finding("logs", 1)]


@pytest.mark.parametrize(
    ("kind", "item", "problem"),
    [
        ("metrics", Metric(name="x"), "a metric without data"),
        ("metrics", Metric(), "a metric without a name"),
        ("logs", log(trace_id=b"short"), "a log record whose ids have another length"),
        ("traces", Span(), "a span whose ids have another length"),
        ("traces", span(parent_span_id=b"short"), "a span whose parent's id"),
        ("traces", span(start_time_unix_nano=0), "a span without the time of its start"),
    ],
)
def test_incomplete_item_is_its_path_s(kind: str, item: Metric, problem: str) -> None:
    """An item that lacks what its signal requires is known by its path only, and complained of."""
    data = request_of(kind, item).SerializeToString()
    (found,) = find(data, kind)
    assert (found.kind, found.items, found.told) == (kind, 1, False)
    assert problem in str(found.problem)
    assert find(data) == []


def test_incomplete_item_among_others_is_complained_of() -> None:
    """One bad item does not hide the good ones, nor is it hidden by them."""
    data = request_of("metrics", metric(), Metric(name="x")).SerializeToString()
    (found,) = find(data, "traces")
    assert (found.kind, found.items, found.problem) == ("metrics", 1, "a metric without data")


def test_request_without_items_is_not_guessed_at() -> None:
    """A resource alone is OTLP, and of a signal that only its path could tell."""
    data = request_of("logs", attributes={"service.name": "api"}).SerializeToString()
    (found,) = find(data)
    assert (found.kind, found.items) == ("unknown", 0)
    assert "nothing in it tells" in str(found.problem)


def test_field_of_the_future_does_not_hide_a_kind() -> None:
    """A field that is newer than this mock is no reason not to know a span."""
    future = span().SerializeToString() + b"\xfa\x01\x01x"
    data = request_of("traces", Span.FromString(future)).SerializeToString()
    assert [(each.kind, each.problem) for each in find(data)] == [("traces", None)]


def test_broken_end_is_a_problem() -> None:
    """A request whose items are right and whose end is not cannot be decoded."""
    data = request_of("metrics", metric()).SerializeToString() + b"\x0a\xff"
    (found,) = find(data)
    assert found.problem == "it cannot be decoded as ExportMetricsServiceRequest"


def test_search_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number of resources, scopes and items the rest is not looked at."""
    monkeypatch.setattr(otlp, "MAX_PARTS", 5)
    data = request_of("metrics", *[metric()] * 5).SerializeToString()
    (found,) = find(data)
    assert found.items == 3
    assert [each.items for each in find(data * 10)] == [3]
