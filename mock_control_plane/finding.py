"""Finding: telemetry of one kind in a body, before anything is known of the request around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """What a body holds of one kind; `problem` is what is wrong with it, None if nothing is.

    `told` tells whether the content showed the kind, and not only what is expected of its path.
    """

    kind: str
    items: int
    problem: str | None = None
    document: Any = None
    told: bool = True
