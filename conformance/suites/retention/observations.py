"""What is observed of retention: one story, on a deployment of its own."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from conformance.observing import Observation
from conformance.suites.retention.story import tell
from mock_control_plane.wire import TELEMETRY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.options.values import Options

AREA = "retention"
STORY = "retention.story"
FAR_EAST = "Pacific/Kiritimati"
"""Where a day begins first: a clock that is read as local time is 14 hours wrong there."""


def observations(options: Options) -> Sequence[Observation]:
    """The story; without the permission to delete only the part that deletes nothing."""
    run = partial(tell, destructive=options.destructive)
    rows = options.profile.rows
    takes = rows["token-store"].grace + max(
        (rows[kind].interval or 0.0) + rows[kind].grace for kind in TELEMETRY
    )
    settings = _settings(options) if options.target.started else {}
    return [Observation(STORY, AREA, settings, run, takes=takes, attached=True)]


def _settings(options: Options) -> Mapping[str, str]:
    """All telemetry is on, so that it can be searched for tokens."""
    names = options.profile.settings["telemetry"]
    return {"TZ": FAR_EAST, **dict.fromkeys(names, ",".join(TELEMETRY))}
