"""The self-check notices whatever is not exactly as it must be."""

from __future__ import annotations

import pytest

from conformance import __version__
from conformance.requirements import load
from conformance.selfcheck.matrix import Finding, Matrix, judge
from conformance.selfcheck.subject import Kind, Subject

CATALOGUE = load()
PASSING = {"AUD-01": "passed", "AUD-03": "passed", "AUD-04": "passed"}


def subject(kind: Kind, *breaks: str) -> Subject:
    """A data plane of that kind."""
    return Subject(kind, "named", "what it is", ("audit",), frozenset(breaks))


def found(kind: Kind, *breaks: str, **outcomes: str) -> Finding:
    """What a run comes to that passes everything but what is said here (AUD_04="failed")."""
    different = {name.replace("_", "-"): outcome for name, outcome in outcomes.items()}
    return judge(subject(kind, *breaks), {**PASSING, **different}, CATALOGUE)


def test_defect_that_fails_exactly_its_requirements_is_perfect() -> None:
    """A defect is as it must be when exactly the ids that it breaks have failed."""
    finding = found(Kind.DEFECT, "AUD-04", AUD_04="failed")
    assert finding.perfect
    assert finding.render() == "defect    named: AUD-04"


def test_missed_defect_is_noticed() -> None:
    """A defect that no requirement trips over is reported as missed."""
    finding = found(Kind.DEFECT, "AUD-04")
    assert (finding.perfect, finding.missed) == (False, frozenset({"AUD-04"}))
    assert "MISSED AUD-04" in finding.render()


def test_wrong_expectation_is_noticed() -> None:
    """A defect that breaks something other than it says is missed and a false alarm at once."""
    finding = found(Kind.DEFECT, "AUD-01", AUD_04="failed")
    assert (finding.missed, finding.extra) == (frozenset({"AUD-01"}), frozenset({"AUD-04"}))
    assert "MISSED AUD-01; FALSE ALARM AUD-04" in finding.render()


def test_inconclusive_does_not_count_as_found() -> None:
    """A requirement that could not be judged has not found its defect."""
    assert found(Kind.DEFECT, "AUD-04", AUD_04="inconclusive").missed == {"AUD-04"}


def test_inconclusive_beside_a_defect_is_allowed() -> None:
    """What a defect makes impossible to judge is no false alarm."""
    assert found(Kind.DEFECT, "AUD-04", AUD_04="failed", AUD_01="inconclusive").perfect


@pytest.mark.parametrize("kind", [Kind.VARIANT, Kind.REFERENCE])
@pytest.mark.parametrize("outcome", ["failed", "inconclusive", "skipped"])
def test_variant_must_pass_everything(kind: Kind, outcome: str) -> None:
    """A conforming data plane on which a requirement does not pass is a false alarm."""
    finding = found(kind, AUD_03=outcome)
    assert (finding.perfect, finding.extra) == (False, frozenset({"AUD-03"}))


def test_variant_that_passes_everything_is_perfect() -> None:
    """A conforming data plane is as it must be when all requirements pass."""
    assert found(Kind.VARIANT).render() == "variant   named: passes everything"


def test_must_that_passes_on_a_null_is_noticed() -> None:
    """A MUST that passes on a null data plane passes on nothing."""
    finding = found(Kind.NULL, AUD_01="failed")
    assert (finding.perfect, finding.extra) == (False, frozenset({"AUD-04"}))
    assert "PASSES ON NOTHING AUD-04" in finding.render()


def test_should_may_pass_on_a_null() -> None:
    """What decides no verdict may pass on a null data plane."""
    assert found(Kind.NULL, AUD_01="failed", AUD_04="inconclusive").perfect


@pytest.mark.parametrize("kind", list(Kind))
def test_broken_suite_is_noticed(kind: Kind) -> None:
    """An error of the suite itself is never as it must be."""
    finding = found(kind, AUD_01="failed", AUD_03="error", AUD_04="failed")
    assert (finding.perfect, finding.errors) == (False, frozenset({"AUD-03"}))
    assert "THE SUITE BROKE AT AUD-03" in finding.render()


@pytest.mark.parametrize("kind", list(Kind))
def test_run_without_outcomes_is_noticed(kind: Kind) -> None:
    """A run in which nothing was judged proves nothing."""
    finding = judge(subject(kind), {}, CATALOGUE)
    assert not finding.perfect
    assert "NO RESULT: the run judged no requirement" in finding.render()


def test_document_keeps_its_shape() -> None:
    """The matrix as JSON has the members that its readers rely on."""
    document = Matrix([found(Kind.DEFECT, "AUD-04", AUD_04="failed")], CATALOGUE, 1.234).document()
    assert list(document) == [
        *("schema_version", "suite", "perfect", "seconds", "runs", "requirements"),
    ]
    assert document["schema_version"] == 1
    assert document["suite"] == {"version": __version__, "catalogue": CATALOGUE.version}
    assert (document["perfect"], document["seconds"]) == (True, 1.23)


def test_document_holds_each_run() -> None:
    """Of each run the matrix says what it was, what had to be found, and what was."""
    matrix = Matrix([found(Kind.DEFECT, "AUD-04", AUD_04="failed")], CATALOGUE, 1.0)
    assert matrix.document()["runs"] == [
        {
            "kind": "defect",
            "name": "named",
            "summary": "what it is",
            "areas": ["audit"],
            "expected": ["AUD-04"],
            "found": ["AUD-04"],
            "missed": [],
            "extra": [],
            "errors": [],
            "problem": None,
            "perfect": True,
            "seconds": 0.0,
        }
    ]


def test_document_shows_what_trips_each_requirement() -> None:
    """For each requirement of the areas concerned the matrix names the defects that break it."""
    matrix = Matrix([found(Kind.DEFECT, "AUD-04"), found(Kind.VARIANT)], CATALOGUE, 1.0)
    requirements = matrix.document()["requirements"]
    assert isinstance(requirements, dict)
    assert list(requirements) == [row.id for row in CATALOGUE.in_area("audit")]
    assert requirements["AUD-03"] == {"level": "SHOULD", "defects": []}
    assert requirements["AUD-04"] == {"level": "MUST", "defects": ["named"]}


def test_matrix_is_perfect_only_as_a_whole() -> None:
    """One run that is not as it must be spoils the matrix, and is shown at its end."""
    matrix = Matrix([found(Kind.VARIANT), found(Kind.DEFECT, "AUD-04")], CATALOGUE, 2.0)
    assert not matrix.perfect
    assert matrix.render().splitlines()[-2:] == [
        "wrong: defect    named: MISSED AUD-04",
        "1 of 2 as they must be, in 2 s",
    ]


def test_empty_matrix_proves_nothing() -> None:
    """A self-check that ran nothing is not perfect."""
    assert not Matrix([], CATALOGUE, 0.0).perfect
