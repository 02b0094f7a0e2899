"""Which sets of telemetry kinds are tried: few that cover all triples, or all there are."""

from __future__ import annotations

import json
from itertools import combinations
from typing import Any

from conformance.data import find


def kinds() -> tuple[str, ...]:
    """Return the kinds of telemetry, in the order of the guide."""
    return tuple(_covering()["kinds"])


def sets() -> tuple[frozenset[str], ...]:
    """Return a covering array of strength three, fewest kinds first.

    Every combination of any three kinds being on or off occurs; the empty set does not.
    """
    return tuple(map(frozenset, _covering()["sets"]))


def all_sets() -> tuple[frozenset[str], ...]:
    """Return every set of kinds, fewest kinds first, the empty one too."""
    names = kinds()
    return tuple(
        frozenset(chosen) for size in range(len(names) + 1) for chosen in combinations(names, size)
    )


def _covering() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(
        find("coverings", "telemetry.json").read_text(encoding="utf-8")
    )
    return content
