"""What the control plane heard of one data plane, as values that go through a file."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Self

from mock_control_plane.client import Entry, Telemetry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.observing import JsonObject

UNKNOWN = "unknown"
"""What telemetry is whose content fits several kinds or none."""


@dataclass(frozen=True, slots=True)
class Leak:
    """A planted text in a request to the control plane: where from, and how it was hidden there.

    `is_content`: it is what a user put into rows, attachments or prompts; otherwise the name or
    metadata of an object.
    """

    entry: Entry
    place: str
    how: str
    is_content: bool

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of telemetry that the request carries, none where it is no telemetry."""
        return kinds_of(self.entry)

    def __str__(self) -> str:
        return (
            f"{self.place} in #{self.entry.seq} {self.entry.method} {self.entry.path}: {self.how}"
        )


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard from a data plane's start to its end, or of the time that it was watched.

    `seconds` is how long it was watched after a control, `connected` whether that and the control
    at the end were seen. `took` is after how many of these seconds each kind came first.
    `searched` counts the requests in which planted texts were looked for, `unread` are those that
    could not be read to the end; `cut` numbers telemetry of which not all was kept.
    """

    seconds: float
    connected: bool
    took: Mapping[str, float]
    telemetry: tuple[Telemetry, ...] = ()
    leaks: tuple[Leak, ...] = ()
    searched: int = 0
    unread: tuple[Entry, ...] = ()
    cut: tuple[int, ...] = ()

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds that were sent."""
        return frozenset().union(*(each.kinds for each in self.telemetry))

    def entries_of(self, kind: str) -> tuple[Entry, ...]:
        """The requests that carried a kind."""
        return tuple(each.entry for each in self.telemetry if kind in each.kinds)

    def to_json(self) -> JsonObject:
        """This as JSON that `from_json` reads."""
        return {
            "seconds": self.seconds,
            "connected": self.connected,
            "took": dict(self.took),
            "telemetry": [_light(each).to_json() for each in self.telemetry],
            "leaks": [asdict(each) | {"entry": _bare(each.entry).to_json()} for each in self.leaks],
            "searched": self.searched,
            "unread": [_bare(entry).to_json() for entry in self.unread],
            "cut": list(self.cut),
        }

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Self:
        """What `to_json` wrote."""
        return cls(
            seconds=row["seconds"],
            connected=row["connected"],
            took=row["took"],
            telemetry=tuple(Telemetry.from_json(each) for each in row["telemetry"]),
            leaks=tuple(
                Leak(**{**each, "entry": Entry.from_json(each["entry"])}) for each in row["leaks"]
            ),
            searched=row["searched"],
            unread=tuple(map(Entry.from_json, row["unread"])),
            cut=tuple(row["cut"]),
        )


def kinds_of(entry: Entry) -> frozenset[str]:
    """The kinds of telemetry that a request carries by its classification."""
    family, _, kinds = entry.classification.partition(":")
    return frozenset(kinds.split(",")) if family == "telemetry" else frozenset()


def is_cut(entry: Entry) -> bool:
    """Whether the journal has only the beginning of a request's body."""
    return len(entry.body) < entry.body_size


def _light(telemetry: Telemetry) -> Telemetry:
    sightings = tuple(replace(each, document=None) for each in telemetry.sightings)
    return Telemetry(_bare(telemetry.entry), sightings)


def _bare(entry: Entry) -> Entry:
    """The entry without its body: how large it was is all that a report says of it."""
    return replace(entry, body=b"")
