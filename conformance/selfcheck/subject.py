"""What the self-check runs the suite against."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Kind", "Subject"]


class Kind(StrEnum):
    """What a subject is, and so what is expected of a run against it."""

    REFERENCE = "reference"
    DEFECT = "defect"
    VARIANT = "variant"
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Subject:
    """A data plane that the suite is run against; `breaks` must fail, and nothing else."""

    kind: Kind
    name: str
    summary: str
    areas: tuple[str, ...]
    breaks: frozenset[str] = frozenset()
