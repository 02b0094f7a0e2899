"""Sighting: telemetry of one kind in a request; Telemetry: an entry with its sightings.

Values that the mock and its client share; how telemetry is recognised is `telemetry`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from mock_control_plane.entry import Entry

UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a body holds of one kind; `problem` is what is wrong with it, None if nothing is.

    `told` tells whether the content showed the kind, and not only what is expected of its path.
    """

    kind: str
    items: int
    problem: str | None = None
    document: Any = None
    told: bool = True


@dataclass(frozen=True, slots=True)
class Sighting:
    """Telemetry of one kind in a request.

    `kind` is one of the six, or "unknown" where it is telemetry and its content fits several or
    none of them. `told_by` says what showed the kind: the content, or only the path, which has
    `endpoint_kind` (None for a path that no row of the wire profile knows). `problem` says what
    keeps it from being well formed. `encoding` is protobuf, json, pprof, or none of them: other.
    `items` counts data points' metrics, log records, spans, events or samples. `document` is the
    decoded content, None where there is none or it is too large to be handed out.
    """

    kind: str
    endpoint_kind: str | None
    told_by: Literal["content", "path"]
    problem: str | None
    encoding: str
    items: int
    document: Any = None

    @property
    def well_formed(self) -> bool:
        """Whether it is what its kind requires, in content, content type and encoding."""
        return self.problem is None

    def to_json(self) -> dict[str, object]:
        """Return the sighting as a JSON object."""
        return asdict(self) | {"well_formed": self.well_formed}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Sighting:
        """Return the sighting that `to_json` gave."""
        return cls(**{name: value for name, value in row.items() if name != "well_formed"})


@dataclass(frozen=True, slots=True)
class Telemetry:
    """A request that carried telemetry, and what was seen in it: at least one sighting."""

    entry: Entry
    sightings: tuple[Sighting, ...]

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds that were seen."""
        return frozenset(sighting.kind for sighting in self.sightings)

    def of(self, kind: str) -> Sighting | None:
        """Return what was seen of a kind, None if nothing was."""
        return next((each for each in self.sightings if each.kind == kind), None)

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON object."""
        sightings = [sighting.to_json() for sighting in self.sightings]
        return {"entry": self.entry.to_json(), "sightings": sightings}

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Telemetry:
        """Return what `to_json` gave."""
        sightings = tuple(Sighting.from_json(each) for each in row["sightings"])
        return cls(Entry.from_json(row["entry"]), sightings)
