"""Kinds that are on and never come."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.telemetry.gate import Gate

if TYPE_CHECKING:
    from conformance.reference.composition import Reference
    from conformance.reference.telemetry.senders import Sender

    Kinds = frozenset[str]


@defect(breaks={"TEL-03"})
def never_profiles_the_heap(reference: Reference) -> Reference:
    """A memory profile is never sent, whatever the setting lists."""

    class Flawed(Gate):
        def named(self, sender: Sender) -> Kinds:
            return super().named(sender) - {"memprof"}

    return replace(reference, gate=Flawed(reference.settings))


@defect(breaks={"TEL-03"})
def forgets_usage_by_default(reference: Reference) -> Reference:
    """Where the setting is left alone, usage is off."""

    class Flawed(Gate):
        def named(self, sender: Sender) -> Kinds:
            named = super().named(sender)
            return named - {"usage"} if self.told(sender) is None else named

    return replace(reference, gate=Flawed(reference.settings))


@defect(breaks={"TEL-03"})
def stops_metrics_where_it_logs(reference: Reference) -> Reference:
    """Where logs are on, metrics are not sent though they are listed."""

    class Flawed(Gate):
        def named(self, sender: Sender) -> Kinds:
            named = super().named(sender)
            return named - {"metrics"} if "logs" in named else named

    return replace(reference, gate=Flawed(reference.settings))
