"""A property keeps the verdict that it once reached on an example."""

from __future__ import annotations

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from conformance.expect import Inconclusive, Violation
from conformance.steady import steady


def test_a_failure_is_not_tried_again() -> None:
    """An example that failed fails again, without anybody being asked a second time."""
    asked: list[int] = []

    @steady
    def judge(value: int) -> None:
        asked.append(value)
        if len(asked) == 1:
            raise Violation(expected="one", came="two")

    for _ in range(2):
        with pytest.raises(Violation, match="expected: one"):
            judge(1)
    judge(2)
    assert asked == [1, 2]


def test_after_a_failure_nothing_is_inconclusive() -> None:
    """Where a failure is known, an example that cannot be judged is passed over."""
    asked: list[int] = []

    @settings(database=None, phases=[Phase.generate, Phase.shrink])
    @given(value=st.integers())
    @steady
    def judge(value: int) -> None:
        asked.append(value)
        if len(asked) == 3:
            raise Violation(expected="one", came="two")
        if len(asked) > 3:
            raise Inconclusive("nothing came")

    with pytest.raises(Violation, match="came:     two"):
        judge()
    assert len(asked) > 3


def test_without_a_failure_inconclusive_stays() -> None:
    """An example that cannot be judged makes the property inconclusive."""

    @steady
    def judge(value: int) -> None:
        raise Inconclusive(f"nothing came of {value}")

    with pytest.raises(Inconclusive, match="nothing came of 1"):
        judge(1)


def test_a_failure_that_comes_once_is_a_failure() -> None:
    """Under hypothesis, what fails once and passes later is reported as what it was."""
    asked: list[int] = []

    @settings(database=None, phases=[Phase.generate, Phase.shrink])
    @given(value=st.integers())
    @steady
    def judge(value: int) -> None:
        asked.append(value)
        if len(asked) == 3:
            raise Violation(expected="one", came="two")

    with pytest.raises(Violation, match="came:     two"):
        judge()
