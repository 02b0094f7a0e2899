"""Settings that are not read as they are meant: blanks, order, capitals, unknown items."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.telemetry.gate import Gate
from conformance.reference.telemetry.senders import KINDS

if TYPE_CHECKING:
    from conformance.reference.composition import Reference
    from conformance.reference.telemetry.senders import Sender

    Kinds = frozenset[str]


@defect(breaks={"TEL-05"})
def keeps_blanks_around_items(reference: Reference) -> Reference:
    """An item with a blank before or after it names no kind."""

    class Flawed(Gate):
        def items(self, sender: Sender) -> list[str]:
            told = self.told(sender)
            return super().items(sender) if told is None else told.split(",")

    return replace(reference, gate=Flawed(reference.settings))


@defect(breaks={"TEL-05"})
def expects_kinds_in_the_order_of_the_guide(reference: Reference) -> Reference:
    """An item that the guide lists before the item in front of it is not read."""

    class Flawed(Gate):
        def items(self, sender: Sender) -> list[str]:
            kept: list[str] = []
            for item in super().items(sender):
                if not kept or _place(item) >= _place(kept[-1]):
                    kept.append(item)
            return kept

    return replace(reference, gate=Flawed(reference.settings))


def _place(item: str) -> int:
    return KINDS.index(item) if item in KINDS else len(KINDS)


@defect(breaks={"TEL-06"})
def takes_an_unknown_item_for_everything(reference: Reference) -> Reference:
    """With an item that names no kind, every kind is on."""

    class Flawed(Gate):
        def named(self, sender: Sender) -> Kinds:
            return frozenset(KINDS) if self.unknown(sender) else super().named(sender)

    return replace(reference, gate=Flawed(reference.settings))


@defect(breaks={"TEL-06"})
def falls_back_to_the_default_where_nothing_is_known(reference: Reference) -> Reference:
    """A setting that names no kind, such as none, means what the default is."""

    class Flawed(Gate):
        def told(self, sender: Sender) -> str | None:
            told = super().told(sender)
            known = told is None or not told or any(kind in told for kind in KINDS)
            return told if known else None

    return replace(reference, gate=Flawed(reference.settings))


@defect(breaks={"TEL-06"})
def finds_kinds_within_other_words(reference: Reference) -> Reference:
    """An item that only contains the name of a kind, such as catalogs, names it."""

    class Flawed(Gate):
        def kind(self, item: str) -> str | None:
            return next((kind for kind in KINDS if kind in item), None)

    return replace(reference, gate=Flawed(reference.settings))


@defect(breaks={"TEL-06"})
def profiles_the_heap_for_who_shouts(reference: Reference) -> Reference:
    """An item in capitals is read, and wanted so much that memory profiles are sent as well."""

    class Flawed(Gate):
        def kind(self, item: str) -> str | None:
            return super().kind(item.lower())

        def named(self, sender: Sender) -> Kinds:
            named = super().named(sender)
            return named | {"memprof"} if any(map(str.isupper, self.items(sender))) else named

    return replace(reference, gate=Flawed(reference.settings))
