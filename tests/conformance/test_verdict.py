"""The verdict is never better than what the tests showed, and the exit code says the same."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.outcomes import Broke, Done, Gathered, Outcome, Reason
from conformance.scope import Missing, Scope
from conformance.verdict import Judgement, Verdict, count, exit_code, judge, verdict_of
from tests.conformance.material import CATALOGUE, EVERYTHING, JUDGED, NO_MOCK, WITHOUT_TWO

FAVOURABLE = {Verdict.CONFORMANT, Verdict.CONFORMANT_IN_SCOPE}
ALL_PASSED = tuple(Done(id, f"t.py::{id}", Outcome.PASSED) for id in JUDGED)

tests = st.lists(
    st.builds(
        Done,
        requirement=st.sampled_from(JUDGED),
        nodeid=st.uuids().map(str),
        outcome=st.sampled_from(Outcome),
        seconds=st.floats(0, 10),
    ),
    max_size=8,
).map(tuple)
scopes = st.sets(st.sampled_from(JUDGED)).map(
    lambda ids: Scope(frozenset(ids), {id: (NO_MOCK,) for id in JUDGED if id not in ids})
)
runs = st.builds(Gathered, tests=tests, narrowed=st.booleans(), cut_short=st.booleans())
whole_runs = st.builds(Gathered, tests=tests)
judgements = st.builds(judge, st.just(CATALOGUE), scopes, runs)


def judged(outcome: Outcome, id: str = "ONE-01", **more: object) -> Judgement:
    """A run in which everything passed but one requirement."""
    ran = [replace(one, outcome=outcome) if one.requirement == id else one for one in ALL_PASSED]
    known = {id: "known"} if more.pop("known", False) else {}
    return judge(CATALOGUE, EVERYTHING, Gathered(tuple(ran), **more), known)  # type: ignore[arg-type]


@given(scopes, runs)
def test_every_requirement_gets_one_result(scope: Scope, run: Gathered) -> None:
    """Every requirement that is not withdrawn has exactly one result, in the catalogue's order."""
    judgement = judge(CATALOGUE, scope, run)
    assert [result.requirement.id for result in judgement.results] == [*JUDGED]
    assert sum(count(judgement.results).values()) == len(JUDGED)


@given(scopes, runs)
def test_passed_means_that_every_test_passed(scope: Scope, run: Gathered) -> None:
    """A requirement passes only in scope, with a test, and with no test that did not pass."""
    for result in judge(CATALOGUE, scope, run).results:
        if result.outcome is Outcome.PASSED:
            assert result.requirement.id in scope.in_scope
            assert {one.outcome for one in result.tests} == {Outcome.PASSED}


@given(scopes, runs)
def test_one_failure_fails_its_requirement(scope: Scope, run: Gathered) -> None:
    """A requirement in scope fails exactly where one of its tests failed."""
    failed = {one.requirement for one in run.tests if one.outcome is Outcome.FAILED}
    results = judge(CATALOGUE, scope, run).results
    assert {one.requirement.id for one in results if one.outcome is Outcome.FAILED} == (
        failed & scope.in_scope
    )


@given(scopes, runs)
def test_what_did_not_pass_says_why(scope: Scope, run: Gathered) -> None:
    """What was left out, cut short or never executed has a reason."""
    for result in judge(CATALOGUE, scope, run).results:
        if not result.tests and result.outcome is not Outcome.PASSED:
            assert result.reason is not None
            assert result.reason.sentence


@given(judgements)
def test_favourable_verdict_is_earned(judgement: Judgement) -> None:
    """Conformant means every MUST, in scope means every MUST in scope, and at least one."""
    passed = {one for one in judgement.musts if one.outcome is Outcome.PASSED}
    in_scope = {one for one in judgement.musts if one.in_scope}
    if judgement.verdict in FAVOURABLE:
        assert passed == in_scope
        assert passed
        assert not judgement.narrowed
        assert not judgement.cut_short
    assert (judgement.verdict is Verdict.CONFORMANT) <= (len(passed) == len(judgement.musts))


@given(judgements)
def test_zero_means_no_must_is_left(judgement: Judgement) -> None:
    """Exit code 0 is never given where a MUST in scope did not pass."""
    if exit_code(judgement) == 0:
        assert all(one.outcome is Outcome.PASSED for one in judgement.musts if one.in_scope)
        assert all(one.outcome is not Outcome.ERROR for one in judgement.results)


@given(scopes, whole_runs)
def test_failed_must_decides(scope: Scope, run: Gathered) -> None:
    """One failed test of a MUST in scope, and the data plane is not conformant."""
    failed = Done("ONE-01", "new", Outcome.FAILED)
    judgement = judge(CATALOGUE, scope, replace(run, tests=(*run.tests, failed)))
    if "ONE-01" in scope.in_scope:
        assert judgement.verdict is Verdict.NOT_CONFORMANT
        assert exit_code(judgement, pytest_status=1) == 1


@given(scopes, runs, st.randoms(use_true_random=False))
def test_order_of_tests_does_not_matter(scope: Scope, run: Gathered, random: object) -> None:
    """Tests may end in any order."""
    shuffled = list(run.tests)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = judge(CATALOGUE, scope, replace(run, tests=tuple(shuffled)))
    before = judge(CATALOGUE, scope, run)
    assert [one.outcome for one in again.results] == [one.outcome for one in before.results]
    assert exit_code(again) == exit_code(before)


def test_all_passed_is_conformant() -> None:
    """Where every MUST of the catalogue passed, the data plane is conformant."""
    assert judged(Outcome.PASSED).verdict is Verdict.CONFORMANT


def test_out_of_scope_is_said() -> None:
    """Where a MUST was out of scope, the verdict says so, and what would unlock it."""
    judgement = judge(CATALOGUE, WITHOUT_TWO, Gathered(ALL_PASSED[:2]))
    assert judgement.verdict is Verdict.CONFORMANT_IN_SCOPE
    (unlock,) = judgement.unlocks
    assert (unlock.unlock, unlock.requirements, unlock.musts) == (NO_MOCK.unlock, ("TWO-01",), 1)
    assert judgement.results[2].reason == Reason(
        "out-of-scope", NO_MOCK.sentence, (NO_MOCK.unlock,)
    )


def test_option_that_does_not_exist_unlocks_nothing() -> None:
    """A need that no option provides yet is named, without an option to pass."""
    missing = Missing("browser", "", "Nothing provides it.")
    judgement = judge(CATALOGUE, Scope(frozenset(), {"TWO-01": (missing,)}), Gathered())
    reason = judgement.results[2].reason
    assert reason is not None
    assert reason.unlock == ()
    assert [one.need for one in judgement.unlocks] == ["browser"]


def test_what_is_out_of_reach_would_be_unlocked() -> None:
    """A requirement in scope that could not be judged like this names what would let it be."""
    reason = Reason("out-of-reach", "Start it.", ("--dataplane-cmd CMD",))
    ran = Done("ONE-01", "t", Outcome.SKIPPED, reason=reason)
    judgement = judge(CATALOGUE, EVERYTHING, Gathered((ran,), {"ONE-01": 1}, narrowed=True))
    (unlock,) = judgement.unlocks
    assert (unlock.unlock, unlock.sentence) == ("--dataplane-cmd CMD", "Start it.")
    assert unlock.requirements == ("ONE-01",)


def test_assumed_row_is_what_would_unlock() -> None:
    """A requirement that waits for a row of the wire profile names it."""
    silent = replace(
        ALL_PASSED[2],
        outcome=Outcome.INCONCLUSIVE,
        reason=Reason("unconfirmed-row", "Nothing came.", row="status"),
    )
    judgement = judge(CATALOGUE, EVERYTHING, Gathered((*ALL_PASSED[:2], silent)))
    assert [one.need for one in judgement.unlocks] == ["wire:status"]


def test_should_does_not_decide() -> None:
    """A SHOULD that fails changes neither the verdict nor the exit code."""
    judgement = judged(Outcome.FAILED, "ONE-02")
    assert judgement.verdict is Verdict.CONFORMANT
    assert exit_code(judgement, pytest_status=1) == 0


def test_requirement_without_a_test_is_an_error() -> None:
    """In scope and never executed means that the suite broke."""
    judgement = judge(CATALOGUE, EVERYTHING, Gathered(ALL_PASSED[1:]))
    result = judgement.results[0]
    assert (result.outcome, result.broke) == (Outcome.ERROR, Broke.SUITE)
    assert result.reason is not None
    assert result.reason.code == "not-executed"
    assert exit_code(judgement) == 3


def test_tests_that_never_ended_are_missed() -> None:
    """Where fewer tests were executed than collected, the others prove nothing."""
    run = Gathered(ALL_PASSED, collected={"ONE-01": 3})
    result = judge(CATALOGUE, EVERYTHING, run).results[0]
    assert result.outcome is Outcome.ERROR
    assert result.reason is not None
    assert "1 of its 3 tests" in result.reason.sentence


def test_cut_short_is_incomplete() -> None:
    """A run that was cut short is incomplete, and blames nobody for what it did not reach."""
    judgement = judge(CATALOGUE, EVERYTHING, Gathered(ALL_PASSED[1:], cut_short=True))
    assert judgement.verdict is Verdict.INCOMPLETE
    assert judgement.results[0].outcome is Outcome.INCONCLUSIVE
    assert exit_code(judgement, pytest_status=2) == 2


def test_part_of_the_suite_is_never_conformant() -> None:
    """What the user did not select is out of scope, and no verdict is favourable."""
    judgement = judge(CATALOGUE, EVERYTHING, Gathered(ALL_PASSED[:1], narrowed=True))
    assert judgement.verdict is Verdict.INCOMPLETE
    assert [one.in_scope for one in judgement.results] == [True, False, False]
    assert exit_code(judgement) == 0


def test_known_failure_does_not_fail_the_run() -> None:
    """A known failure keeps the verdict honest and the exit code 0."""
    judgement = judged(Outcome.FAILED, known=True)
    assert judgement.verdict is Verdict.NOT_CONFORMANT
    assert exit_code(judgement, pytest_status=1) == 0


def test_known_failure_that_passes_is_stale() -> None:
    """A known failure that passes fails the run, until its entry is removed."""
    judgement = judged(Outcome.PASSED, known=True)
    assert [one.requirement.id for one in judgement.stale] == ["ONE-01"]
    assert exit_code(judgement) == 1


def test_part_of_the_tests_makes_nothing_stale() -> None:
    """Where only some tests of a known failure ran, their passing says nothing."""
    assert judged(Outcome.PASSED, known=True, narrowed=True).stale == ()


@pytest.mark.parametrize("outcome", [Outcome.INCONCLUSIVE, Outcome.SKIPPED, Outcome.ERROR])
def test_known_failure_that_was_not_judged_is_not_stale(outcome: Outcome) -> None:
    """What was not judged did not pass."""
    assert judged(outcome, known=True).stale == ()


def test_faults_are_told_apart() -> None:
    """What the environment broke ends with 2, what the suite broke with 3."""
    broken = Done("ONE-01", "t.py::x", Outcome.ERROR, broke=Broke.ENVIRONMENT)
    environment = judge(CATALOGUE, EVERYTHING, Gathered((*ALL_PASSED[1:], broken)))
    assert exit_code(environment, pytest_status=1) == 2
    assert exit_code(judged(Outcome.ERROR, "ONE-02"), pytest_status=1) == 3


@pytest.mark.parametrize(
    ("outcome", "id", "status", "code"),
    [
        (Outcome.PASSED, "ONE-01", 0, 0),
        (Outcome.FAILED, "ONE-01", 1, 1),
        (Outcome.FAILED, "ONE-02", 1, 0),
        (Outcome.INCONCLUSIVE, "ONE-01", 0, 6),
        (Outcome.SKIPPED, "ONE-01", 0, 6),
        (Outcome.INCONCLUSIVE, "ONE-02", 0, 0),
        (Outcome.FAILED, "ONE-01", 2, 2),
        (Outcome.PASSED, "ONE-01", 3, 3),
        (Outcome.PASSED, "ONE-01", 4, 4),
    ],
)
def test_exit_codes(outcome: Outcome, id: str, status: int, code: int) -> None:
    """Each outcome ends with its number, and what pytest says beyond passed and failed stays."""
    assert exit_code(judged(outcome, id), pytest_status=status) == code


def test_failure_of_somebody_else_keeps_its_number() -> None:
    """Where a user's own test fails beside the suite, the run ends with 1."""
    assert exit_code(judged(Outcome.PASSED), pytest_status=1, foreign_failures=True) == 1


def test_complete_is_asked_for() -> None:
    """What is out of scope counts as not judged where the user says so."""
    judgement = judge(CATALOGUE, WITHOUT_TWO, Gathered(ALL_PASSED[:2]))
    assert exit_code(judgement) == 0
    assert exit_code(judgement, require_complete=True) == 6


def test_nothing_in_scope_is_nothing_selected() -> None:
    """Where nothing is in scope the run ends as pytest does without tests."""
    judgement = judge(CATALOGUE, Scope(frozenset()), Gathered())
    assert judgement.verdict is Verdict.INCOMPLETE
    assert exit_code(judgement, pytest_status=5) == 5


def test_no_result_is_no_verdict() -> None:
    """Nothing passes on nothing."""
    assert verdict_of([]) is Verdict.INCOMPLETE


def test_seconds_add_up() -> None:
    """A requirement took what its tests took."""
    run = Gathered(tuple(Done("ONE-01", f"{n}", Outcome.PASSED, 0.5) for n in range(3)))
    assert judge(CATALOGUE, EVERYTHING, run).results[0].seconds == pytest.approx(1.5)
