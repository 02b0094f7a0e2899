"""Runs of retention: policies are looked up with the service token, then what they name is deleted.

All look-ups come first; where one fails, nothing of that organisation is deleted.
"""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from conformance.reference.caller import Credentials
from conformance.reference.problems import Problem, Relayed

if TYPE_CHECKING:
    from conformance.reference.parts import Parts
    from conformance.reference.retention.policies import Window
    from conformance.reference.retention.tokens import Held
    from conformance.reference.rows import Version

BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Run:
    """What a run has done so far, as it is told to whoever asks."""

    run_id: str
    started: datetime
    status: str = "running"
    deleted: int = 0
    problems: tuple[str, ...] = ()


class Retention:
    """Carries out one run at a time."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()
        self.last: Run | None = None

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self.last is not None and self.last.status == "running"

    async def run(self, parts: Parts) -> Run:
        """Delete what is older than its policy, and return what became of it."""
        async with self._turn:
            run = self.last = Run(str(uuid.uuid4()), parts.clock.now())
            try:
                await self.perform(parts, run)
            except BaseException:
                run.status = "failed"
                raise
            run.status = "failed" if run.problems else "done"
            return run

    async def perform(self, parts: Parts, run: Run) -> None:
        """Do the work of a run, one organisation after the other."""
        held = self.tokens(parts)
        if not held:
            run.problems = ("There is no service token to look policies up with",)
        for each in held:
            try:
                windows = await self.look_up(parts, Credentials(each.secret))
            except Problem as problem:
                run.problems = (*run.problems, self.told(problem, each))
                continue
            with parts.store.transaction():
                run.deleted += sum(self.apply(parts, window, run.started) for window in windows)

    def tokens(self, parts: Parts) -> list[Held]:
        """Return the tokens that a run uses, one an organisation."""
        return parts.tokens.current()

    async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
        """Return what the policies say now, or raise a `Problem`."""
        return await parts.policies.windows(parts.control_plane, token)

    def told(self, problem: Problem, held: Held) -> str:
        """Say what went wrong, not in the control plane's words: those may name anything."""
        del held
        if isinstance(problem, Relayed):
            return f"The control plane refused a look-up with {problem.status}"
        return problem.message

    def apply(self, parts: Parts, window: Window, now: datetime) -> int:
        """Delete what is older than a window in one object, and return how many rows went."""
        cutoff = self.cutoff(now, window.days)
        if window.type == "experiment":
            created = parts.clock.read(window.created)
            return self.delete(parts, window) if created is not None and created < cutoff else 0
        old = [
            each.id
            for each in parts.rows.newest(window.type, window.id)
            if self.created(parts, each) < cutoff
        ]
        parts.rows.purge(window.type, window.id, old)
        return len(old)

    def cutoff(self, now: datetime, days: float) -> datetime:
        """Return the moment before which what was made is too old."""
        try:
            return now - timedelta(days=days)
        except OverflowError:
            return BEGINNING

    def created(self, parts: Parts, version: Version) -> datetime:
        """Return when a row was made: what it says itself, otherwise when it was written."""
        told = parts.clock.read(version.created)
        return version.written if told is None else told

    def delete(self, parts: Parts, window: Window) -> int:
        """Delete an object as a whole, and return how many rows went with it."""
        rows = [each.id for each in parts.rows.newest(window.type, window.id)]
        parts.rows.purge(window.type, window.id, rows)
        parts.tombstones.add(window.type, window.id)
        return len(rows)
