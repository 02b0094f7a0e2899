"""The OpenTelemetry SDK at work: a provider and an OTLP/HTTP exporter for each signal of a sender.

Imported only where one of the three signals is on, and then in a thread: it takes a while.
Nothing here is global, and the SDK's own threads have nothing to do: `flush` sends.
"""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import requests  # noqa: F401  # the exporters would import it later, when a heap is traced
from opentelemetry._logs import SeverityNumber
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_ON
from opentelemetry.trace import SpanKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from conformance.reference.telemetry.measures import Measure
    from conformance.reference.telemetry.senders import Sender
    from conformance.reference.telemetry.signals import Batch, Signals

SCOPE = "conformance.reference"
NEVER = 1e9
"""Milliseconds between two reports of the SDK's own accord, which are not wanted."""

QUEUE = 20_000
SEVERITIES = {
    logging.DEBUG: SeverityNumber.DEBUG,
    logging.INFO: SeverityNumber.INFO,
    logging.WARNING: SeverityNumber.WARN,
    logging.ERROR: SeverityNumber.ERROR,
    logging.CRITICAL: SeverityNumber.FATAL,
}


@dataclass(frozen=True, slots=True)
class Line:
    """The way of one signal of one sender to the control plane."""

    signals: Signals
    sender: Sender
    url: str
    headers: dict[str, str] = field(repr=False)
    timeout: float

    @property
    def compression(self) -> Compression:
        """How reports are encoded."""
        return Compression.Gzip if self.signals.gzip else Compression.NoCompression

    @property
    def resource(self) -> Resource:
        """Who reports; nothing is taken from the environment."""
        return Resource(self.signals.resource(self.sender))


class Pipeline(Protocol):
    """A provider with its exporter."""

    def flush(self, batch: Batch) -> None:
        """Report what is in the batch, and return when it was sent or given up."""

    def close(self) -> None:
        """Stop; what was not flushed is lost."""


class Metrics:
    """Processor time, memory, how far the index is behind, and how long requests took."""

    def __init__(self, line: Line) -> None:
        exporter = OTLPMetricExporter(
            endpoint=line.url,
            headers=line.headers,
            timeout=line.timeout,
            compression=line.compression,
            session=line.signals.session(),
        )
        reader = PeriodicExportingMetricReader(exporter, export_interval_millis=math.inf)
        self._provider = MeterProvider(
            [reader], resource=line.resource, shutdown_on_exit=False, views=()
        )
        self._signals = line.signals
        self._measure: Measure | None = None
        meter = self._provider.get_meter(SCOPE)
        self._durations = meter.create_histogram("http.server.request.duration", unit="s")
        meter.create_observable_counter("process.cpu.time", [self._cpu], unit="s")
        meter.create_observable_gauge("process.memory.usage", [self._memory], unit="By")
        if line.sender.name == "brainstore":
            meter.create_observable_gauge("brainstore.indexing_lag", [self._lag], unit="s")

    def flush(self, batch: Batch) -> None:
        """Report how things are, and the requests since the last report."""
        self._measure = batch.measure
        for each in batch.served:
            self._durations.record(each.seconds, self._signals.labels(each), Context())
        self._provider.force_flush()

    def close(self) -> None:
        """Stop; what was not flushed is lost."""
        self._provider.shutdown()

    def _cpu(self, _: CallbackOptions) -> Iterable[Observation]:
        return [Observation(self._measure.cpu_seconds)] if self._measure else []

    def _memory(self, _: CallbackOptions) -> Iterable[Observation]:
        return [Observation(self._measure.memory_bytes)] if self._measure else []

    def _lag(self, _: CallbackOptions) -> Iterable[Observation]:
        return [Observation(self._measure.indexing_lag_seconds)] if self._measure else []


class Traces:
    """A span for each request."""

    def __init__(self, line: Line) -> None:
        exporter = OTLPSpanExporter(
            endpoint=line.url,
            headers=line.headers,
            timeout=line.timeout,
            compression=line.compression,
            session=line.signals.session(),
        )
        self._signals = line.signals
        self._provider = TracerProvider(ALWAYS_ON, resource=line.resource, shutdown_on_exit=False)
        self._provider.add_span_processor(
            BatchSpanProcessor(
                exporter,
                schedule_delay_millis=NEVER,
                max_export_batch_size=line.signals.batch,
                max_queue_size=QUEUE,
            )
        )
        self._tracer = self._provider.get_tracer(SCOPE)

    def flush(self, batch: Batch) -> None:
        """Report the requests since the last report, if there were any."""
        for each in batch.served:
            span = self._tracer.start_span(
                self._signals.span_name(each),
                context=Context(),
                kind=SpanKind.SERVER,
                attributes=self._signals.attributes(each),
                start_time=each.started,
            )
            span.end(each.started + int(each.seconds * 1e9))
        self._provider.force_flush()

    def close(self) -> None:
        """Stop; what was not flushed is lost."""
        self._provider.shutdown()


class Logs:
    """The application's own log records."""

    def __init__(self, line: Line) -> None:
        exporter = OTLPLogExporter(
            endpoint=line.url,
            headers=line.headers,
            timeout=line.timeout,
            compression=line.compression,
            session=line.signals.session(),
        )
        self._signals = line.signals
        self._provider = LoggerProvider(resource=line.resource, shutdown_on_exit=False)
        self._provider.add_log_record_processor(
            BatchLogRecordProcessor(
                exporter,
                schedule_delay_millis=NEVER,
                max_export_batch_size=line.signals.batch,
                max_queue_size=QUEUE,
            )
        )
        self._logger = self._provider.get_logger(SCOPE)

    def flush(self, batch: Batch) -> None:
        """Report the records since the last report, if there were any."""
        for each in batch.records:
            self._logger.emit(
                timestamp=int(each.created * 1e9),
                context=Context(),
                severity_number=SEVERITIES.get(each.levelno, SeverityNumber.UNSPECIFIED),
                severity_text=each.levelname,
                body=self._signals.body(each),
                attributes=self._signals.record_attributes(each),
            )
        self._provider.force_flush()

    def close(self) -> None:
        """Stop; what was not flushed is lost."""
        self._provider.shutdown()


PIPELINES: Mapping[str, Callable[[Line], Pipeline]] = {
    "metrics": Metrics,
    "logs": Logs,
    "traces": Traces,
}
