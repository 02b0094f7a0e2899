"""A defect is one replaced part with a name and a reason."""

from __future__ import annotations

from dataclasses import fields

import pytest

from conformance.reference.composition import Reference, compose
from conformance.reference.defects import DEFECTS, Defect, defect
from conformance.reference.settings import Settings
from conformance.requirements import load

every_defect = pytest.mark.parametrize("flaw", DEFECTS.values(), ids=list(DEFECTS))


@every_defect
def test_defect_breaks_requirements_of_its_area(flaw: Defect) -> None:
    """What a defect breaks is in the catalogue, in the defect's own area."""
    assert flaw.breaks
    assert {load().require(id).area for id in flaw.breaks} == {flaw.area}


@every_defect
def test_defect_replaces_parts_and_leaves_the_rest(flaw: Defect) -> None:
    """A defect hands the reference other parts; what it was given stays as it is."""
    reference = compose(Settings())
    before = {field.name: getattr(reference, field.name) for field in fields(Reference)}
    flawed = flaw.apply(reference)
    assert {field.name: getattr(reference, field.name) for field in fields(Reference)} == before
    assert [name for name, part in before.items() if getattr(flawed, name) is not part]


@every_defect
def test_defect_says_what_it_is(flaw: Defect) -> None:
    """The docstring of a defect is one sentence for a reader of the matrix."""
    assert flaw.summary.endswith(".")
    assert "\n" not in flaw.summary


def test_defect_is_named_after_its_function() -> None:
    """A defect is found under the name of its function, written with dashes."""

    def is_perfectly_fine(reference: Reference) -> Reference:
        """Nothing is wrong."""
        return reference

    try:
        defect(breaks={"AUD-01"})(is_perfectly_fine)
        flaw = DEFECTS["is-perfectly-fine"]
    finally:
        DEFECTS.pop("is-perfectly-fine", None)
    assert (flaw.breaks, flaw.summary) == (frozenset({"AUD-01"}), "Nothing is wrong.")


def test_defect_without_a_docstring_is_refused() -> None:
    """A flaw that is not put into words cannot be registered."""

    def says_nothing(reference: Reference) -> Reference:
        return reference

    with pytest.raises(ValueError, match="says-nothing has no docstring"):
        defect(breaks={"AUD-01"})(says_nothing)


def test_second_defect_of_a_name_is_refused() -> None:
    """Two defects cannot have the same name."""

    def audits_only_reads(reference: Reference) -> Reference:
        """Something else."""
        return reference

    with pytest.raises(ValueError, match="two defects named audits-only-reads"):
        defect(breaks={"AUD-01"})(audits_only_reads)
