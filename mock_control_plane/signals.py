"""The three signals of OTLP: their messages, and what an item of each must have.

How a body is looked through for them is `otlp`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord, ResourceLogs, ScopeLogs
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric, ResourceMetrics, ScopeMetrics
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from google.protobuf.message import Message

VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
# So many fields of an item show what it is.
MAX_FIELDS: Final = 1000
_WIRE_TYPES: Final = {
    FieldDescriptor.TYPE_FIXED64: FIXED64,
    FieldDescriptor.TYPE_SFIXED64: FIXED64,
    FieldDescriptor.TYPE_DOUBLE: FIXED64,
    FieldDescriptor.TYPE_FIXED32: FIXED32,
    FieldDescriptor.TYPE_SFIXED32: FIXED32,
    FieldDescriptor.TYPE_FLOAT: FIXED32,
    FieldDescriptor.TYPE_STRING: LENGTH,
    FieldDescriptor.TYPE_BYTES: LENGTH,
    FieldDescriptor.TYPE_MESSAGE: LENGTH,
}


@dataclass(frozen=True, slots=True, eq=False)
class Signal:
    """One signal: its messages, the names of its lists, and what an item may lack.

    `names` are those of JSON, `snake_names` those of protobuf.
    """

    kind: str
    request: type[Message]
    resource: type[Message]
    scope: type[Message]
    item: type[Message]
    names: tuple[str, str, str]
    lack: Callable[[Any], str | None]
    snake_names: tuple[str, ...]
    wire_types: Mapping[int, int]

    def read(self, item: bytes) -> Message | None:
        """Return the item that the bytes are, None if they cannot be one of this signal."""
        read = islice(fields(item), MAX_FIELDS)
        if any(self.wire_types.get(each.number, each.type) != each.type for each in read):
            return None
        try:
            message = self.item.FromString(item)
        except DecodeError:
            return None
        return message if self.lack(message) is None else None

    def items_of(self, request: Message) -> list[Any]:
        """Return every item of an export request."""
        level: list[Any] = [request]
        for name in self.snake_names:
            level = [inner for each in level for inner in getattr(each, name)]
        return level

    def complaint(self, item: bytes) -> str | None:
        """Return why the bytes are no item of this signal, None if they can be one."""
        try:
            return self.lack(self.item.FromString(item))
        except DecodeError:
            return f"an item that cannot be decoded as {self.item.DESCRIPTOR.name}"


class Field(NamedTuple):
    """One field of a message: where it starts, its value starts, and it ends.

    What is cut short is not `whole`, and ends where the bytes end.
    """

    number: int
    type: int
    start: int
    value: int
    end: int
    whole: bool


def fields(data: bytes) -> Iterator[Field]:
    """Give each field of a message, up to where the bytes are no message any more."""
    at, end = 0, len(data)
    while at < end:
        start = at
        tag, at = varint(data, at)
        number, type = tag >> 3, tag & 7
        value = at
        if type == LENGTH:
            length, value = varint(data, at)
            at = value + length
        elif type == VARINT:
            _, at = varint(data, at)
        elif type in (FIXED64, FIXED32):
            at += 8 if type == FIXED64 else 4
        else:
            return
        if number == 0:
            return
        yield Field(number, type, start, value, min(at, end), at <= end)


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Read one number; give it, and where it ends."""
    value = shift = 0
    while at < len(data) and shift < 64:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    return 0, len(data)


def is_known_throughout(message: Message) -> bool:
    """Tell whether a message has no unknown field, at any depth. It has none any more after it."""
    before = message.ByteSize()
    message.DiscardUnknownFields()
    return message.ByteSize() == before


def _metric_lacks(metric: Metric) -> str | None:
    if not metric.name:
        return "a metric without a name"
    return None if metric.WhichOneof("data") else "a metric without data"


def _log_lacks(record: LogRecord) -> str | None:
    if len(record.trace_id) not in (0, 16) or len(record.span_id) not in (0, 8):
        return "a log record whose ids have another length than 16 and 8 bytes"
    content = record.HasField("body") or record.event_name or record.severity_number
    if content or record.time_unix_nano or record.observed_time_unix_nano:
        return None
    return "a log record without time, severity and body"


def _span_lacks(span: Span) -> str | None:
    if len(span.trace_id) != 16 or len(span.span_id) != 8:
        return "a span whose ids have another length than 16 and 8 bytes"
    if len(span.parent_span_id) not in (0, 8):
        return "a span whose parent's id has another length than 8 bytes"
    return None if span.start_time_unix_nano else "a span without the time of its start"


def _expected(item: type[Message]) -> dict[int, int]:
    return {field.number: _WIRE_TYPES.get(field.type, VARINT) for field in item.DESCRIPTOR.fields}


METRICS: Final = Signal(
    "metrics",
    ExportMetricsServiceRequest,
    ResourceMetrics,
    ScopeMetrics,
    Metric,
    ("resourceMetrics", "scopeMetrics", "metrics"),
    _metric_lacks,
    ("resource_metrics", "scope_metrics", "metrics"),
    _expected(Metric),
)
LOGS: Final = Signal(
    "logs",
    ExportLogsServiceRequest,
    ResourceLogs,
    ScopeLogs,
    LogRecord,
    ("resourceLogs", "scopeLogs", "logRecords"),
    _log_lacks,
    ("resource_logs", "scope_logs", "log_records"),
    _expected(LogRecord),
)
TRACES: Final = Signal(
    "traces",
    ExportTraceServiceRequest,
    ResourceSpans,
    ScopeSpans,
    Span,
    ("resourceSpans", "scopeSpans", "spans"),
    _span_lacks,
    ("resource_spans", "scope_spans", "spans"),
    _expected(Span),
)
SIGNALS: Final = {signal.kind: signal for signal in (METRICS, LOGS, TRACES)}
