"""What a defect is: one flaw, its name, and the requirements that must fail because of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from conformance.reference.composition import Reference

    Apply = Callable[[Reference], Reference]

__all__ = ["DEFECTS", "Defect", "defect"]


@dataclass(frozen=True, slots=True)
class Defect:
    """One flaw: `breaks` are the ids that must fail, and nothing else may."""

    name: str
    breaks: frozenset[str]
    area: str
    summary: str
    apply: Apply


DEFECTS: dict[str, Defect] = {}


def defect(*, breaks: Iterable[str]) -> Callable[[Apply], Apply]:
    """Register a function that builds one flaw into a reference; its docstring is the flaw.

    The area is named like the package in which the function stands, with dashes.
    """

    def register(apply: Apply) -> Apply:
        name = apply.__name__.replace("_", "-")
        summary = " ".join((apply.__doc__ or "").split())
        if not summary:
            raise ValueError(f"the defect {name} has no docstring; say in it what the flaw is")
        if name in DEFECTS:
            raise ValueError(f"there are two defects named {name}; give one of them another name")
        package = apply.__module__.removeprefix(f"{__package__}.").partition(".")[0]
        area = package.replace("_", "-")
        DEFECTS[name] = Defect(name, frozenset(breaks), area, summary, apply)
        return apply

    return register
