"""Data planes with exactly one flaw each, named, with the requirements that must fail on them."""

from __future__ import annotations

from conformance.reference.defects.audit import (
    attribution,
    encoding,
    impersonation,
    presence,
    resources,
    urls,
)
from conformance.reference.defects.definition import DEFECTS, Defect, defect

AREAS = (attribution, encoding, impersonation, presence, resources, urls)

__all__ = ["DEFECTS", "Defect", "defect"]
