"""Data planes that conform in another way, named: every one must pass everything.

They differ where real deployments differ, or where two right implementations may.
"""

from __future__ import annotations

import importlib

from conformance.reference.variants.definition import MODULES, VARIANTS, Variant, variant

__all__ = ["VARIANTS", "Variant", "variant"]

for _module in MODULES:
    importlib.import_module(f"{__name__}.{_module}")
