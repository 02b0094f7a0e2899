"""The life of an observed deployment: waiting with an eye on it, and its end."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from conformance.errors import DataPlaneDied, EnvironmentProblem

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from conformance.deployment.launcher import Started

__all__ = ["CutShort", "Life"]

PULSE = 0.25


class CutShort(EnvironmentProblem):
    """The run is over before an observation is."""


class Life:
    """Used in the thread of one observation; `over` is set by whoever ends the run.

    `tell` is told what is waited for, and until which wall second; `close` stops what was started.
    """

    def __init__(
        self,
        started: Started | None,
        *,
        over: threading.Event,
        tell: Callable[[str, float], object],
        close: Callable[[], object],
    ) -> None:
        self._started = started
        self._over = over
        self._tell = tell
        self._close = close
        self._stopped = False
        self.waited = 0.0

    @property
    def owned(self) -> bool:
        """Whether there is something that `stop` stops."""
        return self._started is not None

    def stop(self) -> None:
        """Stop what was started, and return when it is gone; its end is no death from now on."""
        self._stopped = True
        self._close()

    def wait(self, seconds: float, why: str) -> None:
        """Let time pass; raise at once where the deployment dies, or the run is ended."""
        self.until(lambda: False, seconds, why)

    def until(self, condition: Callable[[], bool], seconds: float, why: str) -> bool:
        """Wait until a condition holds, or so long; return whether it held in the end."""
        began = time.monotonic()
        pause = PULSE / 5
        self._tell(why, time.time() + seconds)
        try:
            while not (holds := condition()):
                left = began + seconds - time.monotonic()
                if left <= 0:
                    break
                pause = min(pause * 1.5, PULSE)
                self._rest(min(left, pause))
            return holds
        finally:
            self.waited += time.monotonic() - began
            self._tell("", 0.0)

    def death(self) -> DataPlaneDied | None:
        """The end that nobody wanted, if there was one."""
        if self._stopped or self._started is None or not self._started.ended():
            return None
        return DataPlaneDied(
            f"the data plane died while it was observed: it {self._started.epitaph()}"
        )

    def _rest(self, seconds: float) -> None:
        if self._over.wait(seconds):
            raise CutShort("the run was ended before the observation was")
        death = self.death()
        if death is not None:
            raise death
