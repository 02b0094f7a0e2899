"""What can start data planes, and what is started: the seam between the pool and processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

__all__ = ["Launcher", "Started"]


class Started(Protocol):
    """A data plane that somebody started; may be asked and stopped from any thread."""

    @property
    def url(self) -> str:
        """Where it answers."""
        ...

    def ended(self, within: float = 0.0) -> bool:
        """Whether it is over by now, or within so many seconds."""
        ...

    def epitaph(self) -> str:
        """How one that ended came to its end, with its last lines."""
        ...

    def stop(self) -> None:
        """End it, gently and then by force; may be called more than once."""
        ...


class Launcher(Protocol):
    """Starts data planes, any number at the same time."""

    def start(
        self, settings: Mapping[str, str], output: Path, *, started: Callable[[Started], object]
    ) -> Started:
        """Start one with these settings, and return once it answers.

        `started` is told of everything that was started before it is waited for, so that it can be
        stopped meanwhile. `DataPlaneDied` where it ends before it answers, with its last lines.
        """
        ...
