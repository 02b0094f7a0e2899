"""Catalogue, suites and defects belong together: what is claimed is judged, and proven."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from conformance.marks import REQUIREMENT, needs_of, suite_modules
from conformance.reference.defects import DEFECTS
from conformance.requirements import load

if TYPE_CHECKING:
    from conformance.requirements import Requirement

CATALOGUE = load()
JUDGED = [row for row in CATALOGUE.values() if row.withdrawn is None]
DEFECTS_OF_A_MUST = 3


def by_requirement(rows: list[Requirement] = JUDGED) -> pytest.MarkDecorator:
    """Run a test once for each requirement that this release judges."""
    return pytest.mark.parametrize("row", rows, ids=lambda row: row.id)


@pytest.fixture(scope="module", name="tests_of")
def _tests_of() -> Counter[str]:
    """How many tests of the suite each requirement has."""
    return Counter(need.requirement for need in needs_of(suite_modules()))


@by_requirement()
def test_requirement_has_a_test(row: Requirement, tests_of: Counter[str]) -> None:
    """What the catalogue holds, the suite judges."""
    assert tests_of[row.id] >= 1


@by_requirement()
def test_requirement_has_its_defects(row: Requirement) -> None:
    """A requirement that no flaw can break is not finished; a MUST wants three."""
    breaking = [name for name, defect in DEFECTS.items() if row.id in defect.breaks]
    assert len(breaking) >= (DEFECTS_OF_A_MUST if row.is_must else 1), breaking


def test_tests_and_defects_name_known_requirements(tests_of: Counter[str]) -> None:
    """No test and no defect is about a requirement that is not in the catalogue."""
    judged = {row.id for row in JUDGED}
    assert set(tests_of) <= judged
    assert {id for defect in DEFECTS.values() for id in defect.breaks} <= judged


def test_every_test_says_what_it_judges() -> None:
    """Each test of the suite carries exactly one requirement, and claims something in words."""
    for module in suite_modules():
        for name, test in vars(module).items():
            if name.startswith("test") and callable(test):
                where = f"{module.__name__}.{name}"
                marks = [
                    mark for mark in getattr(test, "pytestmark", []) if mark.name == REQUIREMENT
                ]
                assert len(marks) == 1, where
                assert test.__doc__, where


@by_requirement(list(CATALOGUE.values()))
def test_id_belongs_to_its_area(row: Requirement) -> None:
    """The letters of an id stand for one area, and the ids of an area begin with the same."""
    letters = {other.id.partition("-")[0] for other in CATALOGUE.in_area(row.area)}
    assert letters == {row.id.partition("-")[0]}


@by_requirement(list(CATALOGUE.values()))
def test_requirement_is_worded_completely(row: Requirement) -> None:
    """A requirement is one sentence without a full stop, and names where it comes from."""
    assert len(row.title.split()) >= 4
    assert not row.title.endswith(".")
    assert row.source[0].isupper()
    assert row.needs
    assert row.is_must <= (row.basis != "derived")


def test_ids_are_in_order() -> None:
    """The ids of an area stand in ascending order, so that a new one comes last."""
    for area in CATALOGUE.areas:
        ids = [row.id for row in CATALOGUE.in_area(area)]
        assert ids == sorted(ids)
