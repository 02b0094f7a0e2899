"""What a variant is: the reference, doing one thing in another way that is right as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.composition import Reference

    Apply = Callable[[Reference], Reference]

__all__ = ["VARIANTS", "Variant", "variant"]


@dataclass(frozen=True, slots=True)
class Variant:
    """One other way to conform."""

    name: str
    summary: str
    apply: Apply


VARIANTS: dict[str, Variant] = {}


def variant(apply: Apply) -> Apply:
    """Register a function that changes a reference; its docstring says how the result differs."""
    name = apply.__name__.replace("_", "-")
    summary = " ".join((apply.__doc__ or "").split())
    if not summary:
        raise ValueError(f"the variant {name} has no docstring; say in it how it differs")
    if name in VARIANTS:
        raise ValueError(f"there are two variants named {name}; give one of them another name")
    VARIANTS[name] = Variant(name, summary, apply)
    return apply
