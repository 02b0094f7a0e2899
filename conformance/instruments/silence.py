"""When silence proves something: rules for controls, without a data plane; pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["NOT_CONNECTED", "Control", "Stretch", "covers", "doubt"]

NOT_CONNECTED = "calls that it must forward were not seen at both ends of the time it was watched"


@dataclass(frozen=True, slots=True)
class Stretch:
    """How long a data plane was watched, in seconds, from one forwarded call to another.

    `connected`: both calls were seen, so it was alive and connected at either end of the stretch.
    """

    seconds: float
    connected: bool


@dataclass(frozen=True, slots=True)
class Control:
    """When something came first from the same implementation, where it was on.

    `took` is in seconds from a forwarded call that stands where a stretch begins; `grace` is how
    much later it may come elsewhere.
    """

    took: float
    grace: float = 0.0

    @property
    def needed(self) -> float:
        """How long a stretch without it has to be to mean something."""
        return self.took + self.grace


def doubt(stretch: Stretch, control: Control | None) -> str | None:
    """Return why silence proves nothing, or None where it proves that nothing was sent."""
    if not stretch.connected:
        return NOT_CONNECTED
    if control is None:
        return "it was not seen where it is on either, so its silence proves nothing"
    if stretch.seconds < control.needed:
        return (
            f"it was watched for {stretch.seconds:.1f} s only, and where it is on it came after "
            f"{control.took:.1f} s (and may come {control.grace:.1f} s later)"
        )
    return None


def covers(seconds: float, wanted: Iterable[str], controls: Mapping[str, Control]) -> bool:
    """Whether a stretch is long enough for silence of everything wanted that has a control."""
    return all(seconds >= controls[name].needed for name in wanted if name in controls)
