"""Of several outcomes the worst is the outcome."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.outcomes import PRECEDENCE, Outcome, worst_of

outcomes = st.sampled_from(Outcome)


def test_every_outcome_has_its_place() -> None:
    """No outcome is left out of the precedence."""
    assert sorted(PRECEDENCE) == sorted(Outcome)


@given(st.lists(outcomes, min_size=1))
def test_worst_is_one_of_them(several: list[Outcome]) -> None:
    """The worst outcome is one of those that there are, whatever their order."""
    assert worst_of(several) in several
    assert worst_of(reversed(several)) is worst_of(several)


@given(st.lists(outcomes))
def test_one_failure_fails(several: list[Outcome]) -> None:
    """Nothing hides a failure."""
    assert worst_of([*several, Outcome.FAILED]) is Outcome.FAILED


@given(st.lists(outcomes))
def test_passed_is_only_what_passed_altogether(several: list[Outcome]) -> None:
    """Passed comes out exactly where there is something, and nothing but passed."""
    assert (worst_of(several) is Outcome.PASSED) == ({*several} == {Outcome.PASSED})


def test_nothing_has_no_outcome() -> None:
    """Without any outcome there is none: nothing passes on nothing."""
    assert worst_of([]) is None


@pytest.mark.parametrize(("worse", "better"), list(itertools.pairwise(PRECEDENCE)), ids=str)
def test_precedence(worse: Outcome, better: Outcome) -> None:
    """Failed beats error beats inconclusive beats skipped beats passed."""
    assert worst_of([better, worse, better]) is worse
