"""A property keeps the verdict that it once reached on an example."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from conformance.expect import Inconclusive, Violation
from conformance.steady import Steadying, steady


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


def test_after_a_failure_of_drawn_data_it_stays_a_failure() -> None:
    """What a test draws while it runs is not known before: what cannot be judged fails again."""
    asked: list[int] = []

    @settings(database=None, phases=[Phase.generate, Phase.shrink])
    @given(data=st.data())
    @steady
    def judge(data: st.DataObject) -> None:
        asked.append(data.draw(st.integers()))
        if len(asked) == 3:
            raise Violation(expected="one", came="two")
        if len(asked) > 3:
            raise Inconclusive("nothing came")

    with pytest.raises(Violation, match="came:     two"):
        judge()
    assert len(asked) > 3


def test_every_property_of_a_session_is_steady() -> None:
    """While pytest runs a property it keeps its verdict, and is the same as ever afterwards."""
    asked: list[int] = []

    @settings(database=None, phases=[Phase.generate, Phase.shrink])
    @given(value=st.integers())
    def judge(value: int) -> None:
        asked.append(value)
        if len(asked) == 3:
            raise Violation(expected="one", came="two")
        if len(asked) > 3:
            raise Inconclusive("nothing came")

    inner = judge.hypothesis.inner_test  # type: ignore[attr-defined]
    item = cast("pytest.Item", SimpleNamespace(obj=judge))
    running = Steadying().pytest_runtest_call(item)
    next(running)
    with pytest.raises(Violation, match="came:     two"):
        judge()
    with pytest.raises(StopIteration):
        running.send(None)
    assert judge.hypothesis.inner_test is inner  # type: ignore[attr-defined]


def test_other_tests_are_left_alone() -> None:
    """A test without hypothesis is run as it is."""
    running = Steadying().pytest_runtest_call(cast("pytest.Item", SimpleNamespace(obj=len)))
    next(running)
    with pytest.raises(StopIteration):
        running.send(None)
