"""The catalogue: what is required of a data plane, as data; light: no pytest and no network."""

from __future__ import annotations

from conformance.requirements.catalogue import (
    BrokenCatalogue,
    Catalogue,
    Requirement,
    UnknownArea,
    UnknownRequirement,
    load,
    parse,
)

__all__ = [
    "BrokenCatalogue",
    "Catalogue",
    "Requirement",
    "UnknownArea",
    "UnknownRequirement",
    "load",
    "parse",
]
