"""What a caller may touch: the control plane is asked with the caller's own credential.

An answer holds for some seconds where rows are read and written, so that those stay local; where
the limiter does not let the control plane be asked again, it holds for some seconds of grace.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from conformance.reference.control_plane import rows
from conformance.reference.problems import Limited, Missing, Relayed

if TYPE_CHECKING:
    from conformance.reference.caller import Caller
    from conformance.reference.control_plane import ControlPlane

    Row = dict[str, object]
    Key = tuple[str, str, str]

REMEMBERED = 50_000


class Access:
    """Finds projects, experiments and datasets in the control plane, for one caller at a time."""

    def __init__(self, seconds: float, grace: float = 0.0) -> None:
        self._seconds = seconds
        self._grace = grace
        self._known: dict[Key, tuple[float, int, Row]] = {}
        self._changes = 0

    async def read(
        self, control_plane: ControlPlane, caller: Caller, kind: str, id: str
    ) -> dict[str, object]:
        """Return an object as the control plane has it now, or raise `Missing`."""
        path, changes = f"/api/{kind}/get", self._changes
        try:
            found = rows(await control_plane.ask(caller.credentials, path, {"id": id}))
        except Relayed as refusal:
            if refusal.status in (400, 403):
                raise Missing(kind, id) from refusal
            raise
        row = next((row for row in found if row.get("id") == id), None)
        if row is None or row.get("deleted_at") is not None:
            raise Missing(kind, id)
        if changes == self._changes:
            self.remember(caller, kind, row)
        return row

    async def recall(
        self, control_plane: ControlPlane, caller: Caller, kind: str, id: str
    ) -> dict[str, object]:
        """Return an object as it was some seconds ago at most, or raise `Missing`."""
        nothing: tuple[float, int, Row | None] = (0.0, 0, None)
        until, changes, row = self._known.get((caller.digest, kind, id), nothing)
        if row is not None and until > time.monotonic() and changes == self._changes:
            return row
        try:
            return await self.read(control_plane, caller, kind, id)
        except Limited:
            if row is None or until + self._grace <= time.monotonic():
                raise
            return row

    def remember(self, caller: Caller, kind: str, row: dict[str, object]) -> None:
        """Keep an object that the control plane has just shown to this caller."""
        if len(self._known) >= REMEMBERED:
            self._known.clear()
        until = time.monotonic() + self._seconds
        self._known[caller.digest, kind, str(row.get("id"))] = (until, self._changes, row)

    def forget(self) -> None:
        """Ask anew for everything, also what is being asked for: anybody changed something."""
        self._changes += 1
