"""What an observation works with: a deployment that nobody else touches, and time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.callers import Callers
    from conformance.deployment.environment import Deployment
    from conformance.observing.life import Life
    from conformance.options.values import Options
    from conformance.specimens import Specimens
    from mock_control_plane.client import Realm
    from mock_control_plane.wire import Profile

__all__ = ["Ground"]


@dataclass(frozen=True, slots=True)
class Ground:
    """The deployment of one observation, its control plane, and who acts there.

    What the control plane heard after `began_seq` belongs to the observation, its start-up
    included; `ready_seq` and `ready_at` (wall seconds) are from when the data plane was ready.
    """

    deployment: Deployment
    control_plane: Realm | None
    callers: Callers
    specimens: Specimens
    options: Options
    run: str
    began_seq: int
    ready_seq: int
    ready_at: float
    life: Life = field(repr=False)

    @property
    def realm(self) -> Realm:
        """What the data plane has as its control plane; `Inconclusive` where that is not ours."""
        if self.control_plane is None:
            expect.inconclusive("what the control plane hears cannot be seen: it is not the mock")
        return self.control_plane

    @property
    def profile(self) -> Profile:
        """The wire profile."""
        return self.options.profile

    @property
    def owned(self) -> bool:
        """Whether the run started the data plane, and so may stop it."""
        return self.life.owned

    @property
    def waited(self) -> float:
        """How many seconds have been waited so far."""
        return self.life.waited

    def window(self, *rows: str) -> float:
        """How many seconds silence of these rows of the wire profile has to last to mean something.

        That is the longest interval with its grace, and never less than --dataplane-observe-for.
        """
        known = [self.profile.rows[name] for name in rows]
        return max([self.options.observe_for, *((row.interval or 0) + row.grace for row in known)])

    def wait(self, seconds: float, why: str) -> None:
        """Let time pass; it is counted, and `why` is shown: "waiting 3 s for" something.

        Raises `DataPlaneDied` as soon as the data plane dies.
        """
        self.life.wait(seconds, why)

    def until(self, condition: Callable[[], bool], *, deadline: float, why: str) -> bool:
        """Wait until a condition holds, or so many seconds; return whether it held. See `wait`."""
        return self.life.until(condition, deadline, why)

    def stop(self) -> None:
        """Stop the data plane (SIGTERM, then SIGKILL), and return when it is gone.

        A data plane that was only attached to runs on.
        """
        self.life.stop()
