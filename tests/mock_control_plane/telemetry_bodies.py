"""Bodies of telemetry: exported by the real OpenTelemetry SDK, and drawn at random."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from opentelemetry._logs import LogRecord as Record
from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from mock_control_plane.pprof import Profile
from mock_control_plane.signals import SIGNALS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from google.protobuf.message import Message

RESOURCE = Resource({"service.name": "api"})
NOW = 1_700_000_000_000_000_000


def packed(data: bytes) -> bytes:
    """The data in gzip, the same at all times: tests are named after it."""
    return gzip.compress(data, mtime=0)


def export(urls: Mapping[str, str], compression: Compression = Compression.NoCompression) -> None:
    """Report metrics, a log record and a span by the real exporters, each to its URL."""
    export_metrics(OTLPMetricExporter(urls["metrics"], compression=compression))
    logs = LoggerProvider(RESOURCE, shutdown_on_exit=False)
    exporter = OTLPLogExporter(urls["logs"], compression=compression)
    logs.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    logs.get_logger("test").emit(
        Record(timestamp=NOW, severity_number=SeverityNumber.WARN, body="slow", attributes={"n": 1})
    )
    logs.shutdown()
    traces = TracerProvider(resource=RESOURCE, shutdown_on_exit=False)
    span_exporter = OTLPSpanExporter(urls["traces"], compression=compression)
    traces.add_span_processor(SimpleSpanProcessor(span_exporter))
    with traces.get_tracer("test").start_as_current_span("GET /v1/project") as span:
        span.add_event("looked up", {"rows": 3})
    traces.shutdown()


def export_metrics(exporter: OTLPMetricExporter) -> None:
    """Report a counter, a gauge and a histogram."""
    reader = PeriodicExportingMetricReader(exporter)
    provider = MeterProvider([reader], resource=RESOURCE, shutdown_on_exit=False)
    meter = provider.get_meter("test")
    meter.create_counter("requests", unit="1").add(3, {"route": "/v1/project"})
    meter.create_gauge("memory", unit="By").set(1024)
    meter.create_histogram("lag", unit="s").record(0.5)
    provider.shutdown()


def request_of(kind: str, *items: Message, attributes: Mapping[str, str] | None = None) -> Message:
    """An export request with one resource and one scope."""
    signal = SIGNALS[kind]
    request: Any = signal.request()
    resource = getattr(request, signal.snake_names[0]).add()
    for key, value in (attributes or {}).items():
        resource.resource.attributes.add(key=key).value.string_value = value
    scope = getattr(resource, signal.snake_names[1]).add()
    getattr(scope, signal.snake_names[2]).extend(items)
    return request  # type: ignore[no-any-return]


def metric(name: str = "requests", **fields: Any) -> Metric:
    """A counter that stands at three."""
    made = Metric(name=name, **fields)
    made.sum.data_points.add(time_unix_nano=NOW, as_int=3)
    return made


def log(text: str = "slow", **fields: Any) -> LogRecord:
    """A log record."""
    made = LogRecord(time_unix_nano=NOW, **fields)
    made.body.string_value = text
    return made


def span(name: str = "GET /", **fields: Any) -> Span:
    """A span that took no time."""
    usual: dict[str, Any] = {
        "trace_id": b"t" * 16,
        "span_id": b"s" * 8,
        "start_time_unix_nano": NOW,
    }
    return Span(name=name, end_time_unix_nano=NOW, **usual | fields)


ITEMS: dict[str, Any] = {"metrics": metric, "logs": log, "traces": span}


def profile(*values: int) -> Message:
    """A heap profile of pprof with one type of values, a sample for each value."""
    made: Any = Profile(string_table=["", "inuse_space", "bytes"])
    made.sample_type.add(type=1, unit=2)
    for value in values:
        made.sample.add(value=[value], location_id=[1])
    return made  # type: ignore[no-any-return]


# Lengths at which a text could be an id, and texts that could be messages.
_texts = st.text(max_size=20) | st.sampled_from(
    ["a" * 16, "b" * 8, "\n\x00", "\n\x02\n\x00", "\x08\x01", "\n\x10" + "c" * 16]
)
_times = st.integers(min_value=1, max_value=2**63)
_ids = st.sampled_from([b"", b"8" * 8]), st.sampled_from([b"", b"6" * 16])


@st.composite
def metrics(draw: st.DrawFn) -> Metric:
    """Well-formed metrics of every type, however bare."""
    name = draw(_texts.filter(bool))
    made = Metric(name=name, description=draw(_texts), unit=draw(_texts))
    data = getattr(
        made,
        draw(st.sampled_from(["gauge", "sum", "histogram", "exponential_histogram", "summary"])),
    )
    data.SetInParent()
    for time in draw(st.lists(_times, max_size=2)):
        data.data_points.add(time_unix_nano=time)
    return made


@st.composite
def logs(draw: st.DrawFn) -> LogRecord:
    """Well-formed log records, however bare."""
    made = LogRecord(
        observed_time_unix_nano=draw(_times),
        time_unix_nano=draw(st.just(0) | _times),
        severity_text=draw(_texts),
        severity_number=draw(st.sampled_from([0, 9, 17])),  # type: ignore[arg-type]
        event_name=draw(_texts),
        span_id=draw(_ids[0]),
        trace_id=draw(_ids[1]),
    )
    if draw(st.booleans()):
        made.body.string_value = draw(_texts)
    for key in draw(st.lists(_texts, max_size=2)):
        made.attributes.add(key=key)
    return made


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Well-formed spans, however bare."""
    made = Span(
        trace_id=draw(st.binary(min_size=16, max_size=16) | st.just(b"t" * 16)),
        span_id=draw(st.binary(min_size=8, max_size=8) | st.just(b"s" * 8)),
        name=draw(_texts),
        trace_state=draw(_texts),
        start_time_unix_nano=draw(_times),
        end_time_unix_nano=draw(st.just(0) | _times),
    )
    for key in draw(st.lists(_texts, max_size=2)):
        made.attributes.add(key=key)
    return made


def requests() -> st.SearchStrategy[tuple[str, bytes]]:
    """A kind, and a well-formed request of it."""
    return (
        _requests("metrics", metrics()) | _requests("logs", logs()) | _requests("traces", spans())
    )


def _requests(kind: str, items: st.SearchStrategy[Message]) -> st.SearchStrategy[tuple[str, bytes]]:
    return st.lists(items, min_size=1, max_size=3).map(
        lambda drawn: (kind, request_of(kind, *drawn).SerializeToString())
    )
