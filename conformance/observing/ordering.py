"""What the tests that will run want to have observed, and why they come last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.marks import OBSERVES
from conformance.observing.results import matching

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Ordering", "wanted_by"]


def wanted_by(item: pytest.Item) -> list[str]:
    """The observations that a test judges, as it names them."""
    return [str(name) for mark in item.iter_markers(OBSERVES) for name in mark.args]


class Ordering:
    """Puts tests that judge observations last, in the order in which those will be over.

    `takes` says how long each observation takes; `judged` whether a test will be run at all;
    `want` is told what those that will be run want, before the first of them is.
    """

    def __init__(
        self,
        takes: Callable[[], Mapping[str, float]],
        *,
        judged: Callable[[pytest.Item], bool],
        want: Callable[[Iterable[str]], object],
    ) -> None:
        self._takes = takes
        self._judged = judged
        self._want = want

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Let what needs no waiting run first."""
        takes = self._takes()
        items.sort(key=lambda item: _patience(item, takes))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell what is wanted."""
        if not session.config.option.collectonly:
            items = [item for item in session.items if self._judged(item)]
            self._want([name for item in items for name in wanted_by(item)])


def _patience(item: pytest.Item, takes: Mapping[str, float]) -> tuple[bool, float]:
    wanted, known = wanted_by(item), list(takes)
    times = [takes[name] for one in wanted for name in matching(one, known)]
    return bool(wanted), max(times, default=0.0)
