"""What is taken from an item and its report is what the reader of a report needs of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.expect import Violation
from conformance.observing import Observed, Results
from conformance.observing.files import Files
from conformance.observing.results import Taken
from conformance.observing.state import Phase, State
from conformance.report import telling
from conformance.report.redaction import MASK, Redaction
from tests.conformance.material import EXCHANGE, FAILED, INCONCLUSIVE, PASSED

if TYPE_CHECKING:
    from pathlib import Path

SOURCE = """
    import pytest

    class Place:
        name = "second"

    @pytest.fixture
    def deployment():
        return Place()

    @pytest.mark.requirement("ONE-01")
    def test_claims(deployment):
        '''The user
        is named.

        Not the key.
        '''

    @pytest.mark.requirement()
    def test_claims_nothing():
        pass
"""


@pytest.fixture(name="items")
def _items(pytester: pytest.Pytester) -> list[pytest.Item]:
    """Two tests; fresh ones for each test, which may change them."""
    pytester.makeini("[pytest]\nmarkers = requirement(id)")
    return pytester.getitems(SOURCE)


def test_claim_is_the_first_paragraph(items: list[pytest.Item]) -> None:
    """The claim of a test is its docstring's first paragraph, on one line."""
    assert [telling.claim_of(item) for item in items] == ["The user is named.", ""]


def test_marker_names_the_requirement(items: list[pytest.Item]) -> None:
    """The first argument of the marker is the requirement, and without one there is none."""
    assert [telling.marked_id(item) for item in items] == ["ONE-01", None]


def test_name_of_the_suite_is_dotted(items: list[pytest.Item]) -> None:
    """A test of the suite is named so that it is found from any folder, any other by its path."""
    item = items[0]
    assert telling.dotted_name(item) == item.nodeid
    module = item.getparent(pytest.Module)
    assert module is not None
    module.obj.__name__ = "conformance.suites.audit.test_x"
    assert telling.dotted_name(item) == "conformance.suites.audit.test_x::test_claims"


def test_deployment_is_the_one_that_was_asked_for(items: list[pytest.Item]) -> None:
    """The deployment is named where the test has it as a fixture."""
    item = items[0]
    assert isinstance(item, pytest.Function)
    assert telling.deployment_of(item, Taken()) is None
    item.funcargs["deployment"] = type("Place", (), {"name": "second"})()
    assert telling.deployment_of(item, Taken()) == "second"


def test_deployment_is_the_one_that_was_observed(items: list[pytest.Item], tmp_path: Path) -> None:
    """A test that read a single result looked at the deployment of that, and waited for it."""
    item, files = items[0], Files(tmp_path)
    assert isinstance(item, pytest.Function)
    assert telling.taken_by(item) == Taken()
    files.clear()
    for name in ("one", "two"):
        files.write(State(name, Phase.OVER, observed=Observed(name, "audit", {})))
    item.funcargs["observed"] = observed = Results(files)
    observed["one"]
    taken = telling.taken_by(item)
    assert telling.deployment_of(item, taken) == "one"
    assert telling.deployment_of(item, Taken(("one", "two"))) is None
    assert telling.tell(item, "ONE-01", PASSED)["waited"] == 0.0


def test_secrets_are_found_in_every_violation() -> None:
    """The credentials of all exchanges are known, those of grouped violations too."""
    secret = replace(EXCHANGE, secrets=("key-one", "key-two"))
    violation = Violation(expected="a", came="b", exchanges=[secret])
    group = ExceptionGroup("two", [violation, ValueError()])
    assert [*telling.secrets_of(group)] == ["key-one", "key-two"]
    assert [*telling.secrets_of(None)] == []


def report(longrepr: object) -> pytest.TestReport:
    """A report as pytest makes it."""
    place = ("t.py", 1, "test")
    return pytest.TestReport(
        nodeid="t.py::test",
        location=place,
        keywords={},
        outcome="failed",
        longrepr=longrepr,  # type: ignore[arg-type]
        when="call",
        sections=[("Captured stdout call", "out planted-secret")],
    )


def test_redaction_reaches_what_pytest_prints() -> None:
    """Texts, the reason of a skip and captured output lose their secrets, nothing stays nothing."""
    redaction = Redaction(frozenset({"planted-secret"}))
    shapes = ["a planted-secret", ("t.py", 1, "a planted-secret"), None]
    reports = [report(shape) for shape in shapes]
    for one in reports:
        telling.redact(one, redaction)
        assert one.sections == [("Captured stdout call", f"out {MASK}")]
    assert [one.longrepr for one in reports] == [f"a {MASK}", ("t.py", 1, f"a {MASK}"), None]


def test_only_failures_are_condensed() -> None:
    """Of a failure both sides are printed; whatever else happened keeps its own text."""
    failed, other = report("traceback"), report("traceback")
    telling.condense(failed, FAILED)
    assert failed.longrepr == "expected: the id of the user\ncame:     the id of the key"
    for finding in (INCONCLUSIVE, PASSED):
        telling.condense(other, finding)
        assert other.longrepr == "traceback"
