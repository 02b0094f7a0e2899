"""What an observation tells of a token, as JSON, and what a test reads from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from conformance.exchange import Exchange
from conformance.instruments.arrivals import Tally
from mock_control_plane.client import Entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.suites.rate_limits.tokens import Token

SHOWN_ENTRIES = 12


@dataclass(frozen=True, slots=True)
class Facts:
    """One token's tally, its newest entries and its last exchange."""

    tally: Tally
    entries: tuple[Entry, ...]
    exchange: Exchange

    @classmethod
    def of(cls, token: Token) -> Facts:
        """What there is to tell of a token that has been used."""
        entries = token.entries()
        shown = tuple(replace(one, headers=(), body=b"") for one in entries[-SHOWN_ENTRIES:])
        return cls(token.tally(entries), shown, token.last)

    @property
    def told(self) -> str:
        """How many of how many passed, in how long, and how well the times are known."""
        spans = self.tally.course.passed
        seconds = max((s.latest for s in spans), default=0) - min(
            (s.earliest for s in spans), default=0
        )
        return (
            f"{many(self.tally.passed)} reached the control plane within {seconds:.2f} s when "
            f"{self.tally.sent} were made (times are known to {self.tally.uncertainty:.3f} s)"
        )

    def to_json(self) -> dict[str, object]:
        """These facts as a JSON object; nothing secret is in them."""
        return {
            "tally": self.tally.to_json(),
            "entries": [entry.to_json() for entry in self.entries],
            "exchange": self.exchange.to_json(),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Facts:
        """The facts that `to_json` told."""
        entries = tuple(Entry.from_json(entry) for entry in row["entries"])
        return cls(Tally.from_json(row["tally"]), entries, Exchange.from_json(row["exchange"]))


def many(requests: int) -> str:
    """So many requests, in words."""
    return f"{requests} request{'s' * (requests != 1)}"
