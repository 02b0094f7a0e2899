"""What a run can judge with the options that it was given, and what would let it judge more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that the options do not provide, and what to pass so that they do.

    `need` is a need of the catalogue, or "selection" where the user chose not to judge it.
    """

    need: str
    unlock: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The requirements that a run judges, and for every other one why it does not."""

    in_scope: frozenset[str]
    out_of_scope: Mapping[str, tuple[Missing, ...]] = field(default_factory=dict)
