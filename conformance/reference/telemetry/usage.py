"""What is billed: how many rows each organisation has logged."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime

Event = dict[str, object]

EVENT = "LoggedRowsEvent"
REMEMBERED = 10_000


class Usage:
    """Adds up what is logged, in numbers alone, and turns it into events.

    An event keeps its key until it has been accepted, so that none is billed twice.
    """

    def __init__(self) -> None:
        self._rows: Counter[str] = Counter()
        self._events: list[Event] = []

    def note(self, organization: str, rows: int) -> None:
        """Note that an organisation has logged rows."""
        self._rows[organization] += rows

    def pending(self) -> list[Event]:
        """Return the events that were not accepted yet; none if nothing was logged."""
        logged, self._rows = self._rows, Counter()
        self._events += [self.event(id, rows) for id, rows in logged.items() if rows]
        del self._events[:-REMEMBERED]
        return list(self._events)

    def accepted(self, events: list[Event]) -> None:
        """Forget events that the control plane has taken."""
        self._events = [event for event in self._events if event not in events]

    def batches(self, events: list[Event]) -> list[list[Event]]:
        """Return the events as they are sent together."""
        return [events] if events else []

    def event(self, organization: str, rows: int) -> Event:
        """Return one event."""
        return {
            "event_name": EVENT,
            "external_customer_id": organization,
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "idempotency_key": str(uuid.uuid4()),
            "properties": self.properties(organization, rows),
        }

    def properties(self, organization: str, rows: int) -> dict[str, object]:
        """Return what the event says: aggregates, and whose they are."""
        return {"org_id": organization, "rows": rows}
