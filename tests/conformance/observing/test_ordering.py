"""Tests that judge observations come last, those first that will be over first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.observing.ordering import Ordering, wanted_by

if TYPE_CHECKING:
    import pytest

TESTS = """
    import pytest
    observes = pytest.mark.dataplane_observes

    @observes("slow")
    def test_slow(): pass

    def test_plain(): pass

    @observes("set-")
    @observes("quick")
    def test_sets(): pass

    @observes("quick")
    def test_quick(): pass

    def test_other(): pass

    @observes("unknown")
    def test_unknown(): pass
"""
PATIENT = ("plain", "other", "unknown", "quick", "sets", "slow")
TAKES = {"slow": 9.0, "quick": 1.0, "set-1": 2.0, "set-2": 3.0}


def test_tests_are_ordered_by_their_patience(pytester: pytest.Pytester) -> None:
    """What waits longest comes last, and where tests are only collected nothing is wanted."""
    wanted: list[str] = []
    ordering = Ordering(lambda: TAKES, judged=lambda _: True, want=wanted.extend)
    pytester.makeini("[pytest]\nmarkers = dataplane_observes(*names)")
    pytester.makepyfile(TESTS)
    arguments = ("-p", "no:randomly", "-p", "no:hypothesispytest", "--collect-only")
    result = pytester.runpytest_inprocess(*arguments, "-q", plugins=[ordering])
    result.stdout.fnmatch_lines([f"*::test_{name}" for name in PATIENT])
    assert wanted == []


def test_marks_add_up(pytester: pytest.Pytester) -> None:
    """A test may say several times what it judges."""
    pytester.makeini("[pytest]\nmarkers = dataplane_observes(*names)")
    wants = {item.name: wanted_by(item) for item in pytester.getitems(TESTS)}
    assert wants["test_sets"] == ["quick", "set-"]
    assert wants["test_plain"] == []


def test_wants_are_told_before_the_first_test(pytester: pytest.Pytester) -> None:
    """Once it is known which tests will run, it is known what they want."""
    wanted: list[list[str]] = []
    ordering = Ordering(
        lambda: TAKES,
        judged=lambda item: item.name != "test_slow",
        want=lambda names: wanted.append(list(names)),
    )
    pytester.makeini("[pytest]\nmarkers = dataplane_observes(*names)")
    pytester.makepyfile(TESTS)
    arguments = ("-p", "no:randomly", "-p", "no:hypothesispytest", "-k", "not test_unknown")
    result = pytester.runpytest_inprocess(*arguments, plugins=[ordering])
    result.assert_outcomes(passed=5, deselected=1)
    assert wanted == [["quick", "quick", "set-"]]
