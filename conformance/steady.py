"""Properties of a live data plane: what was once seen to fail has failed, whatever comes after."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec

import pytest
from hypothesis import reject
from hypothesis.strategies import DataObject

from conformance.expect import Inconclusive, Violation

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

__all__ = ["Steadying", "steady"]

P = ParamSpec("P")


class Steadying:
    """Makes every property of a session keep its verdict, while pytest runs it."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, None, None]:
        """Let hypothesis, if it runs this test, call a steady one."""
        handle = getattr(getattr(item, "obj", None), "hypothesis", None)
        if handle is None:
            return (yield)
        inner = handle.inner_test
        handle.inner_test = steady(inner)
        try:
            return (yield)
        finally:
            handle.inner_test = inner


def steady(test: Callable[P, None]) -> Callable[P, None]:
    """Make the inside of a property keep its verdict on each example.

    Hypothesis runs a failing example again, and smaller ones. A data plane may answer otherwise
    the second time: that excuses nothing. And where a failure is known already, an example that
    nobody can judge must not turn it into an inconclusive test. (What is drawn with `data()` is not
    known before the test runs; there every example that cannot be judged is the failure again.)
    """
    found: dict[str, Violation] = {}

    @functools.wraps(test)
    def judge(*args: P.args, **kwargs: P.kwargs) -> None:
        told = not any(isinstance(one, DataObject) for one in (*args, *kwargs.values()))
        example = repr((args, kwargs)) if told else ""
        if told and example in found:
            raise found[example]
        try:
            test(*args, **kwargs)
        except Violation as violation:
            found[example] = violation
            raise
        except Inconclusive:
            if not found:
                raise
        else:
            return
        if told:
            reject()
        # Outside of `except`: hypothesis takes a failure with another context for another failure.
        raise found[example]

    return judge
