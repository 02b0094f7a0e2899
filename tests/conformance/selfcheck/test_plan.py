"""What the self-check runs follows from what was asked for."""

from __future__ import annotations

import pytest

from conformance.errors import UsageProblem
from conformance.reference.defects import DEFECTS
from conformance.reference.nulls import NULLS
from conformance.reference.variants import VARIANTS
from conformance.requirements import load
from conformance.selfcheck.plan import Selection, plan
from conformance.selfcheck.subject import Kind

AREAS = ("audit", "elsewhere")


def test_everything_is_run_by_default() -> None:
    """Without a selection every data plane is run: defects, variants, nulls, the reference."""
    subjects = plan(Selection(), load().areas)
    names = {(subject.kind, subject.name) for subject in subjects}
    assert len(names) == len(subjects) == len(DEFECTS) + len(VARIANTS) + len(NULLS) + 1


def test_defect_is_run_with_the_whole_of_its_area() -> None:
    """A defect is judged by its area, a null data plane by every area."""
    subjects = plan(Selection(defects=["audits-only-reads"], nulls=["echo"]), AREAS)
    assert [(subject.name, subject.areas) for subject in subjects] == [
        ("echo", AREAS),
        ("audits-only-reads", ("audit",)),
    ]


def test_defect_carries_what_it_must_break() -> None:
    """What must be found is what the defect says of itself."""
    (subject,) = plan(Selection(defects=["audits-only-reads"]), AREAS)
    assert (subject.kind, subject.breaks) == (Kind.DEFECT, frozenset({"AUD-01"}))


def test_variant_is_run_where_it_can_be_told_from_the_reference() -> None:
    """One that only limits otherwise is left to its area; one that answers otherwise is not."""
    subjects = plan(Selection(), ("audit", "rate-limits"))
    areas = {subject.name: subject.areas for subject in subjects if subject.kind is Kind.VARIANT}
    assert areas["counts-by-the-clock"] == ("rate-limits",)
    assert areas["stands-behind-a-reverse-proxy"] == ("audit", "rate-limits")
    audit = plan(Selection(areas=["audit"]), ("audit", "rate-limits"))
    assert "counts-by-the-clock" not in {subject.name for subject in audit}


def test_area_leaves_the_defects_of_others_out() -> None:
    """A selected area is what variants and nulls are run with, and whose defects are run."""
    subjects = plan(Selection(areas=["elsewhere"]), AREAS)
    assert {subject.areas for subject in subjects} == {("elsewhere",)}
    assert not [subject for subject in subjects if subject.kind is Kind.DEFECT]


@pytest.mark.parametrize(
    ("selection", "said"),
    [
        (Selection(defects=["audits-only-writes"]), "no defect named 'audits-only-writes'"),
        (Selection(variants=["?"]), "no variant named"),
        (Selection(nulls=["always-201"]), r"did you mean 'always-200'\?"),
        (Selection(areas=["audits"]), r"no area named 'audits' \(did you mean 'audit'\?\)"),
    ],
)
def test_unknown_name_is_refused(selection: Selection, said: str) -> None:
    """A name that nothing has ends the command with the nearest one."""
    with pytest.raises(UsageProblem, match=said):
        plan(selection, AREAS)
