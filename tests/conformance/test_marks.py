"""A test says what it judges and what it needs, and a mistyped id is found at import."""

from __future__ import annotations

from types import ModuleType

import pytest

from conformance.marks import needs_of, observes, requirement, settings
from conformance.requirements import UnknownRequirement


def test_unknown_requirement_gets_the_nearest() -> None:
    """A mistyped id is an import error that offers the right one."""
    with pytest.raises(UnknownRequirement, match="did you mean 'AUD-04'"):
        requirement("AUD-O4")


def test_needs_are_read_from_a_module() -> None:
    """Requirement and configurations of each test are known before anything is collected."""

    @requirement("AUD-04")
    @settings({"A": "1"})
    @settings({"A": "2"})
    @observes("one", "set-")
    @observes("other")
    def test_something() -> None:
        """A test of the suite."""

    module = ModuleType("suite")
    vars(module).update(test_something=test_something, helper=len, test_data=1)
    (need,) = needs_of([module])
    assert need.test == "suite.test_something"
    assert need.requirement == "AUD-04"
    assert need.configurations == ({"A": "2"}, {"A": "1"})
    assert need.observations == ("other", "one", "set-")


def test_needs_of_a_whole_module_are_those_of_its_tests() -> None:
    """A mark of the module counts for each of its tests."""
    module = ModuleType("suite")
    vars(module).update(pytestmark=requirement("AUD-04"), test_one=lambda: None)
    assert [need.requirement for need in needs_of([module])] == ["AUD-04"]
