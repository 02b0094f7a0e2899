"""What a telemetry setting names, read as kindly as anybody could read it; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mock_control_plane.wire import TELEMETRY

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["BY_DEFAULT", "named", "value_of"]

BY_DEFAULT = frozenset({"status", "metrics", "usage"})
WORD = re.compile(r"[A-Za-z0-9_]+")


def named(value: str | None) -> frozenset[str]:
    """Return the kinds that a value names in any case, whatever stands between the words.

    None is a setting that was left alone, which names the kinds that are on by default. A word that
    only contains the name of a kind does not name it.
    """
    if value is None:
        return BY_DEFAULT
    return frozenset(map(str.lower, WORD.findall(value))).intersection(TELEMETRY)


def value_of(kinds: Iterable[str]) -> str:
    """Return the plain value that lists these kinds, in the order of the guide."""
    chosen = frozenset(kinds)
    return ",".join(kind for kind in TELEMETRY if kind in chosen)
