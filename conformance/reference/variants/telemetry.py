"""Other ways to report: when, how much at once, in which form, and what the setting may say."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.problems import Forbidden
from conformance.reference.settings import SettingProblem
from conformance.reference.sysadmin import Sysadmin
from conformance.reference.telemetry.gate import Gate
from conformance.reference.telemetry.heap import Heap
from conformance.reference.telemetry.reporting import Reporting
from conformance.reference.telemetry.senders import API, KINDS, SENDERS
from conformance.reference.telemetry.signals import Signals
from conformance.reference.telemetry.usage import Usage
from conformance.reference.variants.definition import variant

if TYPE_CHECKING:
    import requests

    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.telemetry.senders import Sender

    Event = dict[str, object]

LARGE = 10_000


@variant
def reports_at_a_slower_pace(reference: Reference) -> Reference:
    """Reports come every interval and three quarters."""

    class Other(Reporting):
        def interval(self) -> float:
            return super().interval() * 1.75

    return replace(reference, reporting=Other(reference.settings.report_seconds))


@variant
def reports_several_times_an_interval(reference: Reference) -> Reference:
    """Reports come four times as often, the first of them at once."""

    class Other(Reporting):
        def first_after(self) -> float:
            return 0.0

        def interval(self) -> float:
            return super().interval() / 4

    return replace(reference, reporting=Other(reference.settings.report_seconds))


@variant
def reports_late_at_first(reference: Reference) -> Reference:
    """The first report comes two intervals after the start."""

    class Other(Reporting):
        def first_after(self) -> float:
            return self.interval() * 2

    return replace(reference, reporting=Other(reference.settings.report_seconds))


@variant
def sends_otlp_as_json(reference: Reference) -> Reference:
    """Metrics, logs and traces are in OTLP's JSON form."""

    class Other(Signals):
        def session(self) -> requests.Session:
            # Needs the SDK, which is imported only where something is sent.
            from conformance.reference.variants.otlp_json import JsonSession

            return JsonSession()

    return replace(reference, signals=Other())


@variant
def sends_otlp_as_it_is(reference: Reference) -> Reference:
    """Metrics, logs and traces are not compressed."""

    class Other(Signals):
        gzip = False

    return replace(reference, signals=Other())


@variant
def reports_one_by_one(reference: Reference) -> Reference:
    """Each span, log record and event is sent in a request of its own."""

    class Single(Signals):
        batch = 1

    class Separate(Usage):
        def batches(self, events: list[Event]) -> list[list[Event]]:
            return [[event] for event in events]

    return replace(reference, signals=Single(), usage=Separate())


@variant
def reports_in_thousands(reference: Reference) -> Reference:
    """Whatever there is goes in one request, and each row that was logged is an event."""

    class Large(Signals):
        batch = LARGE

    class Single(Usage):
        def note(self, organization: str, rows: int) -> None:
            self._events += [self.event(organization, 1) for _ in range(rows)]

    return replace(reference, signals=Large(), usage=Single())


@variant
def sends_profiles_as_json(reference: Reference) -> Reference:
    """Memory profiles are JSON."""

    class Other(Heap):
        content_type = "application/json"

        def profile(self) -> bytes:
            found = [
                {"at": each.stack, "count": each.count, "bytes": each.size}
                for each in self.allocations()
            ]
            return json.dumps({"allocations": found}).encode("ascii")

    return replace(reference, heap=Other())


@variant
def reports_from_one_program(reference: Reference) -> Reference:
    """There is one program: the variables of the store and of the gateway mean nothing."""

    class Other(Gate):
        def told(self, sender: Sender) -> str | None:
            return super().told(sender) if sender is API else ""

    return replace(reference, gate=Other(reference.settings))


@variant
def refuses_unknown_telemetry(reference: Reference) -> Reference:
    """With an item that names no kind the data plane does not start, and says why."""

    class Other(Gate):
        def check(self) -> None:
            for sender in SENDERS:
                if self.unknown(sender):
                    raise SettingProblem(
                        f"{sender.variable} is {self.told(sender)!r}, which names an unknown kind; "
                        f"list some of {', '.join(KINDS)}"
                    )

    return replace(reference, gate=Other(reference.settings))


@variant
def names_telemetry_in_any_case(reference: Reference) -> Reference:
    """METRICS and Metrics name the same kind as metrics."""

    class Other(Gate):
        def kind(self, item: str) -> str | None:
            return super().kind(item.lower())

    return replace(reference, gate=Other(reference.settings))


@variant
def forbids_disabled_sysadmin_endpoints(reference: Reference) -> Reference:
    """Endpoints that DISABLE_SYSADMIN_TELEMETRY disables are there, and refuse with 403."""

    class Other(Sysadmin):
        def check(self, call: Call) -> None:
            del call
            if not self.enabled:
                raise Forbidden("System administration endpoints are disabled here")

    return replace(reference, sysadmin=Other(reference.settings))
