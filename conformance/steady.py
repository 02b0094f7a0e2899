"""Properties of a live data plane: what was once seen to fail has failed, whatever comes after."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec

from hypothesis import reject

from conformance.expect import Inconclusive, Violation

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")


def steady(test: Callable[P, None]) -> Callable[P, None]:
    """Make a property keep its verdict on each example; stands below `@given`.

    Hypothesis runs a failing example again, and smaller ones. A data plane may answer otherwise
    the second time: that excuses nothing. And where a failure is known already, an example that
    nobody can judge must not turn it into an inconclusive test.
    """
    found: dict[str, Violation] = {}

    @functools.wraps(test)
    def judge(*args: P.args, **kwargs: P.kwargs) -> None:
        example = repr((args, kwargs))
        if example in found:
            raise found[example]
        try:
            test(*args, **kwargs)
        except Violation as violation:
            found[example] = violation
            raise
        except Inconclusive:
            if not found:
                raise
            reject()

    return judge
