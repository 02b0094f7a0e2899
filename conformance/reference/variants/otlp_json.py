"""OTLP in its JSON form: what the exporters have encoded is written anew on its way out.

Imported only where something is sent in this form, in a thread: it needs the SDK's messages.
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import TYPE_CHECKING, Any

import requests
from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

if TYPE_CHECKING:
    from google.protobuf.message import Message

MESSAGES: dict[str, type[Message]] = {
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
    "traces": ExportTraceServiceRequest,
}
HEXADECIMAL = ("traceId", "spanId", "parentSpanId")
ENCODING, TYPE = "content-encoding", "content-type"


class JsonSession(requests.Session):
    """A session of the exporters that sends JSON where they hand it protobuf."""

    def request(self, method: str, url: str, **given: Any) -> requests.Response:  # type: ignore[override]  # as exporters call it
        """Send a request with its body in JSON, encoded as it was."""
        headers = {name.lower(): value for name, value in (given["headers"] or {}).items()}
        zipped = headers.get(ENCODING) == "gzip"
        body = gzip.decompress(given["data"]) if zipped else given["data"]
        written = rewritten(url.rpartition("/")[2], body)
        given["data"] = gzip.compress(written) if zipped else written
        given["headers"] = {**headers, TYPE: "application/json"}
        return super().request(method, url, **given)


def rewritten(signal: str, body: bytes) -> bytes:
    """Return the export request of a signal, given in protobuf, in JSON."""
    message = MESSAGES[signal].FromString(body)
    return json.dumps(_identified(MessageToDict(message, use_integers_for_enums=True))).encode()


def _identified(value: object) -> object:
    """Return the value with ids in hexadecimal digits, as OTLP has them, and not in base64."""
    if isinstance(value, list):
        return [_identified(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64decode(each).hex() if name in HEXADECIMAL else _identified(each)
        for name, each in value.items()
    }
