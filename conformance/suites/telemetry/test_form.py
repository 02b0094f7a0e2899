"""What is sent as OpenTelemetry is well formed, and goes where it belongs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.marks import observes, requirement
from conformance.suites.telemetry.judging import well_formed
from conformance.suites.telemetry.trials import DECLARED, DEFAULT, EVERYTHING

if TYPE_CHECKING:
    from conformance.suites.telemetry.watched import Watched


@requirement("TEL-09")
@observes(DEFAULT, EVERYTHING, DECLARED)
def test_metrics_are_well_formed(watched: Watched) -> None:
    """Every request with metrics can be decoded as OTLP/HTTP, says in its headers how it is
    encoded, and goes to the metrics' own endpoint.
    """
    wanted = (DEFAULT, EVERYTHING, DECLARED)
    watched.judge(well_formed("metrics"), lambda one: one.name in wanted, needs_known=False)


@requirement("TEL-19")
@observes(EVERYTHING, DECLARED)
def test_logs_and_traces_are_well_formed(watched: Watched) -> None:
    """Every request with logs or traces can be decoded as OTLP/HTTP, says in its headers how it is
    encoded, and goes to an endpoint of its own.
    """
    watched.judge(well_formed("logs", "traces"), lambda one: one.name in (EVERYTHING, DECLARED))
