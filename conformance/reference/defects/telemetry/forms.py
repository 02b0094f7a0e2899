"""Metrics, logs and traces that are not what OTLP/HTTP says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.telemetry.signals import Signals

if TYPE_CHECKING:
    import requests

    from conformance.reference.composition import Reference


def _spoiling(reference: Reference, how: str, *signals: str) -> Reference:
    class Flawed(Signals):
        def session(self) -> requests.Session:
            # Needs what comes with the SDK, which is imported only where something is sent.
            from conformance.reference.defects.telemetry import sessions

            return sessions.Spoiling(signals, getattr(sessions, how))

    return replace(reference, signals=Flawed())


@defect(breaks={"TEL-09"})
def mislabels_metrics(reference: Reference) -> Reference:
    """Metrics are protobuf, and their content type says that they are just bytes."""
    return _spoiling(reference, "mislabel", "/metrics")


@defect(breaks={"TEL-09"})
def cuts_metrics_short(reference: Reference) -> Reference:
    """The last bytes of metrics are missing, so that they cannot be decoded."""
    return _spoiling(reference, "cut", "/metrics")


@defect(breaks={"TEL-09"})
def announces_gzip_and_does_not_apply_it(reference: Reference) -> Reference:
    """Metrics are said to be in gzip, and are not."""
    return _spoiling(reference, "unzip", "/metrics")


@defect(breaks={"TEL-09"})
def applies_gzip_and_does_not_announce_it(reference: Reference) -> Reference:
    """Metrics are in gzip, and no header says so."""
    return _spoiling(reference, "hide_gzip", "/metrics")


@defect(breaks={"TEL-19"})
def cuts_traces_short(reference: Reference) -> Reference:
    """The last bytes of traces are missing, so that they cannot be decoded."""
    return _spoiling(reference, "cut", "/traces")


@defect(breaks={"TEL-19"})
def mislabels_logs(reference: Reference) -> Reference:
    """Logs are protobuf, and their content type says that they are just bytes."""
    return _spoiling(reference, "mislabel", "/logs")
