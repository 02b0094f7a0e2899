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
    """One other way to conform; `areas` are those that can tell it from the reference, () all."""

    name: str
    summary: str
    apply: Apply
    areas: tuple[str, ...] = ()


VARIANTS: dict[str, Variant] = {}
MODULES: dict[str, tuple[str, ...]] = {
    "delivery": (),
    "reverse_proxy": (),
    "answering": (),
    "auditing": ("audit",),
    "telemetry": ("telemetry",),
    "limiting": ("rate-limits",),
    "retention": ("retention",),
    "urls": ("urls",),
    "api": ("api",),
}
"""Where variants stand, and which areas can tell those from the reference; () for all of them."""


def variant(apply: Apply) -> Apply:
    """Register a function that changes a reference; its docstring says how the result differs."""
    name = apply.__name__.replace("_", "-")
    summary = " ".join((apply.__doc__ or "").split())
    if not summary:
        raise ValueError(f"the variant {name} has no docstring; say in it how it differs")
    if name in VARIANTS:
        raise ValueError(f"there are two variants named {name}; give one of them another name")
    areas = MODULES[apply.__module__.rpartition(".")[2]]
    VARIANTS[name] = Variant(name, summary, apply, areas)
    return apply
