"""The part of a session's owner that makes observations: prepared, begun once it is known what the
tests want, ended with the session.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance import held
from conformance.observing.declaring import declared
from conformance.observing.files import Files
from conformance.observing.running import Observing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.deployment.environment import Deployment
    from conformance.observing.observation import Observation
    from conformance.observing.staging import Surroundings
    from conformance.observing.state import State
    from conformance.options.values import Options

__all__ = ["Owner"]


class Owner:
    """Owns the observations of a run; its hooks are called by pytest in its main thread.

    `surroundings` is asked for once what the tests need is up.
    """

    def __init__(
        self, config: pytest.Config, options: Options, surroundings: Callable[[], Surroundings]
    ) -> None:
        self._config = config
        self._options = options
        self._surroundings = surroundings
        self._files = Files(options.report_dir)
        self._declared: Sequence[Observation] = ()
        self._observing: Observing | None = None

    @property
    def takes(self) -> dict[str, float]:
        """How many seconds each observation that could be made will about take."""
        return {one.name: one.takes for one in self._declared}

    @property
    def states(self) -> tuple[State, ...]:
        """How far each observation has come that the tests want."""
        return self._observing.states if self._observing is not None else ()

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        """The deployments that were started for observations."""
        return self._observing.deployments if self._observing is not None else ()

    @property
    def longest_wait(self) -> float:
        """How long, in seconds, the observation that waited longest did nothing but wait."""
        return self._observing.longest_wait if self._observing is not None else 0.0

    def prepare(self) -> None:
        """Find out what there is to be observed, and forget what an earlier run observed."""
        if held.OBSERVATIONS not in self._config.stash:
            self._config.stash[held.OBSERVATIONS] = declared(self._options)
        self._declared = self._config.stash[held.OBSERVATIONS]
        self._files.clear()

    def begin(self, wanted: Iterable[str]) -> None:
        """Begin to observe what the tests want that will be run; only the first call counts."""
        if self._observing is None:
            around = self._surroundings()
            self._observing = Observing(self._declared, around, self._files, self._show)
            self._observing.begin(wanted)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: object, ids: object) -> None:
        """Begin to observe what a worker wants, which is the same for all of them."""
        del node, ids
        self.begin(self._files.wanted())

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """End what is still observed, so that no worker waits for it when it is told to go."""
        self.end()

    def end(self) -> None:
        """End what is still observed, without a result."""
        if self._observing is not None:
            self._observing.end()

    def join(self) -> None:
        """Wait until everything that was ended has tidied up."""
        if self._observing is not None:
            self._observing.join()

    def _show(self, state: State) -> None:
        """Say what is waited for, where the workers that wait for it cannot."""
        progress = self._config.pluginmanager.getplugin("dataplane-progress")
        if progress is not None and self._config.pluginmanager.hasplugin("dsession"):
            progress.idle(state)
