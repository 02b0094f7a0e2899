"""What time it is, and what the times that rows carry mean."""

from __future__ import annotations

from datetime import UTC, datetime


class Clock:
    """Tells the time in UTC, and reads times as clients and the control plane write them."""

    def now(self) -> datetime:
        """Return the present."""
        return datetime.now(UTC)

    def read(self, value: object) -> datetime | None:
        """Return the moment that a value names, None if it names none.

        A time without a zone is in UTC.
        """
        if not isinstance(value, str):
            return None
        try:
            moment = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
