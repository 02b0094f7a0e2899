"""Kinds that are sent though the setting does not list them: by default, in a set, or empty."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.telemetry.gate import Gate
from conformance.reference.telemetry.senders import DEFAULT, GATEWAY, STORE

if TYPE_CHECKING:
    from conformance.reference.composition import Reference
    from conformance.reference.telemetry.senders import Sender

    Kinds = frozenset[str]


@defect(breaks={"TEL-01"})
def sends_logs_by_default(reference: Reference) -> Reference:
    """Where the setting is left alone, logs are sent as well."""

    class Flawed(Gate):
        def named(self, sender: Sender) -> Kinds:
            named = super().named(sender)
            return named | {"logs"} if self.told(sender) is None else named

    return replace(reference, gate=Flawed(reference.settings))


@defect(breaks={"TEL-01"})
def lets_the_store_send_everything_by_default(reference: Reference) -> Reference:
    """Where the setting is left alone, one of the senders, the store, sends every kind."""

    class Flawed(Gate):
        def named(self, sender: Sender) -> Kinds:
            everything = sender is STORE and self.told(sender) is None
            return frozenset(sender.kinds) if everything else super().named(sender)

    return replace(reference, gate=Flawed(reference.settings))


@defect(breaks={"TEL-02", "TEL-04", "TEL-06"})
def lets_the_gateway_ignore_the_setting(reference: Reference) -> Reference:
    """One of the senders, the gateway, does not read its variable and sends what is the default."""

    class Flawed(Gate):
        def told(self, sender: Sender) -> str | None:
            return None if sender is GATEWAY else super().told(sender)

    return replace(reference, gate=Flawed(reference.settings))


@defect(breaks={"TEL-02"})
def traces_wherever_it_logs(reference: Reference) -> Reference:
    """Where logs are on, so are traces."""

    class Flawed(Gate):
        def named(self, sender: Sender) -> Kinds:
            named = super().named(sender)
            return named | {"traces"} if "logs" in named else named

    return replace(reference, gate=Flawed(reference.settings))


@defect(breaks={"TEL-04"})
def takes_empty_for_unset(reference: Reference) -> Reference:
    """An empty setting means what the default is."""

    class Flawed(Gate):
        def told(self, sender: Sender) -> str | None:
            return super().told(sender) or None

    return replace(reference, gate=Flawed(reference.settings))


@defect(breaks={"TEL-04"})
def lets_the_store_take_empty_for_unset(reference: Reference) -> Reference:
    """One of the senders, the store, sends what is the default where its variable is empty."""

    class Flawed(Gate):
        def told(self, sender: Sender) -> str | None:
            told = super().told(sender)
            return (told or DEFAULT) if sender is STORE else told

    return replace(reference, gate=Flawed(reference.settings))
