"""What the setting means: which kinds each sender sends, and nothing else decides it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from conformance.reference.telemetry.senders import DEFAULT, KINDS, SENDERS

if TYPE_CHECKING:
    from conformance.reference.settings import Settings
    from conformance.reference.telemetry.senders import Sender

log = logging.getLogger(__name__)


class Gate:
    """Reads the three variables; unset means the default set, empty means nothing.

    An item that is not one of the six names, as it stands there, enables nothing and is reported.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def told(self, sender: Sender) -> str | None:
        """Return what the sender's variable holds, None if it is not set."""
        return self._settings.telemetry.get(sender.variable)

    def items(self, sender: Sender) -> list[str]:
        """Return the items that the sender is told, without the blanks around them."""
        told = self.told(sender)
        listed = (DEFAULT if told is None else told).split(",")
        return [item.strip() for item in listed if item.strip()]

    def kind(self, item: str) -> str | None:
        """Return the kind that an item names, None if it names none."""
        return item if item in KINDS else None

    def named(self, sender: Sender) -> frozenset[str]:
        """Return the kinds that the sender's variable names."""
        found = (self.kind(item) for item in self.items(sender))
        return frozenset(kind for kind in found if kind is not None)

    def unknown(self, sender: Sender) -> list[str]:
        """Return the items that name no kind."""
        return [item for item in self.items(sender) if self.kind(item) is None]

    def kinds(self, sender: Sender) -> frozenset[str]:
        """Return what the sender sends; without a licence key nobody sends anything."""
        return self.named(sender).intersection(sender.kinds) if self.licensed() else frozenset()

    def licensed(self) -> bool:
        """Tell whether there is a credential to send telemetry with."""
        return bool(self._settings.license)

    def check(self) -> None:
        """Look at all variables before anything starts; unknown items are reported, by name."""
        for sender in SENDERS:
            if self.unknown(sender):
                log.warning("%s", self.complaint(sender))

    def complaint(self, sender: Sender) -> str:
        """Return what the operator is told about the unknown items of a variable."""
        named = ", ".join(repr(item) for item in self.unknown(sender))
        return (
            f"{sender.variable} names {named}, which is no kind of telemetry and enables nothing; "
            f"the kinds are {', '.join(KINDS)}"
        )
