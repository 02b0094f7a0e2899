"""The parts that routes are promised are parts of a composed reference."""

from __future__ import annotations

from conformance.reference.composition import compose
from conformance.reference.parts import Parts
from conformance.reference.routes import Handlers
from conformance.reference.settings import Settings


def test_reference_has_every_promised_part() -> None:
    """Whatever the protocols name is there."""
    reference = compose(Settings())
    promised = [*vars(Parts), *vars(Handlers)]
    names = [name for name in promised if not name.startswith("_")]
    assert len(names) >= 15
    assert all(getattr(reference, name) is not None for name in names)
