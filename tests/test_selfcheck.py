"""The suite can fail: a few data planes with one flaw, a conforming one and a null one, for real.

All of them are run by `dataplane-conformance selfcheck`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.requirements import load
from conformance.selfcheck.bench import Bench, set_up
from conformance.selfcheck.cli import examine
from conformance.selfcheck.plan import Selection, plan
from conformance.selfcheck.subject import Kind, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.selfcheck.matrix import Finding

CATALOGUE = load()


@pytest.fixture(scope="session", name="bench")
def _bench() -> Iterator[Bench]:
    """A mock control plane and a fork server, for all runs of this process."""
    with set_up() as bench:
        yield bench


def found(bench: Bench, selection: Selection) -> Finding:
    """What comes of the one subject that is selected."""
    (subject,) = plan(selection, CATALOGUE.areas)
    return examine(bench, subject, CATALOGUE)


@pytest.mark.parametrize(
    "name",
    [
        "keeps-the-user-in-a-global-variable",
        "writes-two-gzip-members",
        "composes-the-characters-of-names",
        "falls-back-to-a-default-endpoint",
        "looks-before-it-counts",
    ],
)
def test_defect_is_found_with_exactly_its_requirements(bench: Bench, name: str) -> None:
    """The requirements that a defect breaks fail on it, and no other one does."""
    finding = found(bench, Selection(defects=[name]))
    assert finding.perfect, finding.render()


def test_variant_raises_no_alarm(bench: Bench) -> None:
    """A data plane that conforms in its own way passes every requirement."""
    finding = found(bench, Selection(variants=["stands-behind-a-reverse-proxy"]))
    assert finding.perfect, finding.render()


def test_no_must_passes_on_nothing(bench: Bench) -> None:
    """On a server that only echoes, no MUST passes and the suite does not break."""
    finding = found(bench, Selection(nulls=["echo"]))
    assert finding.perfect, finding.render()


def test_wrong_expectation_is_noticed(bench: Bench) -> None:
    """A defect that breaks something other than it claims is missed, and a false alarm."""
    liar = Subject(Kind.DEFECT, "forgets-to-audit-deletions", "", ("audit",), frozenset({"AUD-02"}))
    finding = examine(bench, liar, CATALOGUE)
    assert (finding.missed, finding.extra) == (frozenset({"AUD-02"}), frozenset({"AUD-01"}))


def test_data_plane_that_dies_is_noticed(bench: Bench) -> None:
    """A data plane that does not come up gives no result, with its last lines as the reason."""
    nobody = Subject(Kind.DEFECT, "there-is-no-such-defect", "", ("audit",))
    finding = examine(bench, nobody, CATALOGUE)
    assert not finding.perfect
    assert "KeyError: 'there-is-no-such-defect'" in str(finding.problem)
