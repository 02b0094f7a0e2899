"""Where an observation is made: a deployment brought up for it, or the one that is attached to."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conformance.callers import Callers
from conformance.client import Patience, Transport
from conformance.deployment.pool import Up
from conformance.errors import ControlPlaneProblem
from conformance.observing.ground import Ground
from conformance.observing.life import CutShort, Life
from conformance.specimens import Specimens
from mock_control_plane.client import ControlPlane, ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conformance.deployment.environment import Deployment, Environment
    from conformance.deployment.pool import Pool
    from conformance.observing.observation import Observation
    from conformance.options.values import Options
    from mock_control_plane.client import Realm

__all__ = ["Stage", "Surroundings"]

LOOK = 0.25


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What observations are made in; without a pool, on the data plane that is attached to."""

    options: Options
    environment: Environment
    pool: Pool | None = None


class Stage:
    """Makes the ground for observations, in any number of threads; so many start at a time.

    `over` is set when the run is ended: nothing is brought up any more then.
    """

    def __init__(self, around: Surroundings, over: threading.Event) -> None:
        self._around = around
        self._over = over
        self._starting = threading.Semaphore(around.options.max_deployments)

    @contextmanager
    def ground(
        self,
        observation: Observation,
        *,
        starting: Callable[[], object],
        up: Callable[[Deployment], object],
        waiting: Callable[[str, float], object],
    ) -> Iterator[Ground]:
        """Bring up what an observation is made on; it is stopped when the context is left.

        `starting` and `up` are called when it comes so far, `waiting` whenever time has to pass.
        """
        pool, name = self._around.pool, observation.name

        def close() -> None:
            if pool is not None:
                pool.close(name)

        with ExitStack() as stack:
            realm = self._attached_realm(stack)
            began = realm.position() if realm else 0
            opened = self._open(observation, starting)
            stack.callback(close)
            up(opened.deployment)
            realm = realm or self._realm(stack, opened.deployment)
            life = Life(opened.started, over=self._over, tell=waiting, close=close)
            yield self._made(opened.deployment, realm, life, stack, began)

    def _made(
        self, deployment: Deployment, realm: Realm | None, life: Life, stack: ExitStack, began: int
    ) -> Ground:
        options, run = self._around.options, self._around.environment.run
        transport = Transport(
            replace(options.reach, url=deployment.url),
            patience=Patience(write_visible=options.profile.timing.write_visible),
        )
        stack.callback(transport.close)
        specimens = Specimens(run, cleans_up=not options.target.started)
        stack.callback(specimens.delete_all)
        return Ground(
            deployment=deployment,
            control_plane=realm,
            callers=Callers(
                transport,
                None if options.control_plane.relays else realm,
                (options.api_key, options.second_api_key),
            ),
            specimens=specimens,
            options=options,
            run=run,
            began_seq=began,
            ready_seq=realm.position() if realm else 0,
            ready_at=time.time(),
            life=life,
        )

    def _open(self, observation: Observation, starting: Callable[[], object]) -> Up:
        pool = self._around.pool
        if pool is None:
            return Up(self._around.environment.default)
        while not self._starting.acquire(timeout=LOOK):
            self._go_on()
        try:
            self._go_on()
            starting()
            return pool.open(observation.name, observation.settings, fenced=observation.fenced)
        finally:
            self._starting.release()

    def _go_on(self) -> None:
        if self._over.is_set():
            raise CutShort("the run was ended before the observation was")

    def _attached_realm(self, stack: ExitStack) -> Realm | None:
        if self._around.pool is not None:
            return None
        return self._realm(stack, self._around.environment.default)

    def _realm(self, stack: ExitStack, deployment: Deployment) -> Realm | None:
        address = self._around.environment.control_plane
        if address is None or deployment.realm is None:
            return None
        control_plane = stack.enter_context(ControlPlane(address.url, token=address.token))
        try:
            return control_plane.realm(deployment.realm)
        except ControlPlaneError as problem:
            raise ControlPlaneProblem(f"{problem}.") from problem
