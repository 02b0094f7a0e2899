"""The ground of an observation: what silence takes, and where the control plane is not seen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.expect import Inconclusive
from tests.conformance.observing.fakes import NOWHERE, attached, observation, observed, options_of

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.observing import Ground, JsonObject


@pytest.mark.parametrize(
    ("least", "rows", "seconds"),
    [
        (None, ["status"], 3.0),
        (None, ["status", "token-store"], 3.0),
        (None, ["token-store"], 1.0),
        (None, [], 0.0),
        ("60", ["status"], 60.0),
        ("2", ["status"], 3.0),
    ],
)
def test_window_is_the_longest_interval_with_its_grace(
    tmp_path: Path, least: str | None, rows: list[str], seconds: float
) -> None:
    """Silence lasts as long as the slowest row takes, and as long as the user wants at least."""
    around = attached(tmp_path, dataplane_observe_for=least)
    profile = options_of(tmp_path).profile
    around = replace(around, options=replace(around.options, profile=profile))

    def run(ground: Ground) -> JsonObject:
        return {"seconds": ground.window(*rows)}

    one = observation(run, settings={}, attached=True)
    assert observed(around, one).result == {"seconds": seconds}


def test_attached_ground_may_have_no_mock(tmp_path: Path) -> None:
    """What needs the control plane's ear is inconclusive where that is not ours."""

    def run(ground: Ground) -> JsonObject:
        assert (ground.control_plane, ground.owned) == (None, False)
        ground.stop()
        with pytest.raises(Inconclusive, match="it is not the mock"):
            ground.realm.entries()
        return {"url": ground.deployment.url, "run": ground.run, "waited": ground.waited}

    one = observation(run, settings={}, attached=True)
    assert observed(attached(tmp_path), one).result == {"url": NOWHERE, "run": "run-1", "waited": 0}
