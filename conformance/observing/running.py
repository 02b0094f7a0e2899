"""The observations of a run, in the process that owns its session: each in a thread of its own."""

from __future__ import annotations

import threading
import time
import traceback
from functools import partial
from typing import TYPE_CHECKING

from conformance.errors import DataPlaneDied, NotReady
from conformance.observing.observation import Observed
from conformance.observing.results import UNLOCK, matching
from conformance.observing.staging import Stage, Surroundings
from conformance.observing.state import Kind, Phase, Problem, State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from conformance.deployment.environment import Deployment
    from conformance.observing.files import Files
    from conformance.observing.observation import Observation

__all__ = ["ABSENT", "Observing"]

BEAT = 1.0
LIMIT = 600.0
"""How long, in seconds, an observation may take beyond twice the time that it says it takes."""
ENDING = 15.0
TRACEBACK = 12

ABSENT = (
    "It takes a data plane in a configuration of its own: let the run start it, with "
    "--dataplane-cmd CMD, or declare with --dataplane-setting what this one is configured with."
)
CUT_SHORT = Problem(Kind.ENVIRONMENT, "the run was ended before the observation was")


class Observing:
    """Makes the observations that are wanted; the lock guards how far they have come.

    A result is told in the files as soon as it is there. Whatever happens, everything that was
    begun is told to be over in the end, by `end` at the latest; what is told first stays. `show`
    is told now and then, in a thread, what will be over last.
    """

    def __init__(
        self,
        observations: Sequence[Observation],
        around: Surroundings,
        files: Files,
        show: Callable[[State], object] = lambda _: None,
    ) -> None:
        self._observations = {one.name: one for one in observations}
        self._show = show
        self._around = around
        self._files = files
        self._lock = threading.Lock()
        self._states: dict[str, State] = {}
        self._running_since: dict[str, float] = {}
        self._deployments: dict[str, Deployment] = {}
        self._wanted: set[str] = set()
        self._over = threading.Event()
        self._settled = threading.Event()
        self._stage = Stage(around, self._over)
        self._threads: list[threading.Thread] = []

    @property
    def states(self) -> tuple[State, ...]:
        """How far each observation that was wanted has come."""
        with self._lock:
            return tuple(self._states.values())

    @property
    def deployments(self) -> tuple[Deployment, ...]:
        """The deployments that were started for observations, also those that are gone again."""
        own = self._around.pool is not None
        with self._lock:
            return tuple(self._deployments.values()) if own else ()

    @property
    def longest_wait(self) -> float:
        """How long, in seconds, the observation that waited longest did nothing but wait."""
        results = [state.observed for state in self.states if state.observed is not None]
        return max((observed.waited for observed in results), default=0.0)

    def begin(self, wanted: Iterable[str]) -> None:
        """Begin what these names, or beginnings of names, stand for; what takes longest first."""
        known = list(self._observations)
        self._wanted = {name for one in wanted for name in matching(one, known)}
        chosen = [one for one in self._observations.values() if one.name in self._wanted]
        chosen.sort(key=lambda one: -one.takes)
        for one in chosen:
            if self._is_possible(one):
                self._tell(State(one.name, Phase.QUEUED))
                self._add_thread(partial(self._observe, one), one.name)
            else:
                problem = Problem(Kind.ABSENT, ABSENT, unlock=UNLOCK)
                self._tell(State(one.name, Phase.OVER, problem=problem))
        if self._threads:
            self._add_thread(self._look_after, "all of them")
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Tell whatever still goes on to end, and everybody who waits for it that it has."""
        self._over.set()
        for state in self.states:
            self._tell(State(state.name, Phase.OVER, problem=CUT_SHORT))

    def join(self) -> None:
        """Wait until everything that was told to end has ended, and tidied up; not for ever."""
        until = time.monotonic() + ENDING
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _is_possible(self, observation: Observation) -> bool:
        around = self._around
        return around.pool is not None or observation.fits(around.options.settings)

    def _add_thread(self, target: Callable[[], None], what: str) -> None:
        # A daemon, so that one which hangs in a request does not keep the process alive.
        self._threads.append(threading.Thread(target=target, name=f"observing {what}", daemon=True))

    def _observe(self, observation: Observation) -> None:
        name = observation.name
        try:
            state = State(name, Phase.OVER, observed=self._observed(observation))
        except BaseException as exception:
            details = "".join(traceback.format_exception(exception)[-TRACEBACK:])
            state = State(name, Phase.OVER, problem=Problem.of(exception, details))
        self._tell(state)

    def _observed(self, observation: Observation) -> Observed:
        name, area, started = observation.name, observation.area, time.time()
        try:
            return self._made(observation, started)
        except (DataPlaneDied, NotReady) as refusal:
            if not observation.may_refuse or name in self._running_since:
                raise
            realm, now = self._realm_of(name), time.time()
            return Observed(name, area, {}, str(refusal), None, started, now, realm=realm)

    def _made(self, observation: Observation, started: float) -> Observed:
        name = observation.name

        def is_up(deployment: Deployment) -> None:
            with self._lock:
                self._running_since[name] = time.time()
                self._deployments[name] = deployment
            self._tell(State(name, Phase.RUNNING))

        with self._stage.ground(
            observation,
            starting=lambda: self._tell(State(name, Phase.STARTING)),
            up=is_up,
            waiting=lambda why, until: self._tell(State(name, Phase.RUNNING, why, until)),
        ) as ground:
            try:
                result = observation.run(ground)
            except Exception as exception:
                raise (ground.life.death() or exception) from exception
            finished, waited = time.time(), ground.waited
        return Observed(
            name,
            observation.area,
            result,
            deployment=ground.deployment,
            started=started,
            finished=finished,
            waited=waited,
            realm=self._realm_of(name),
        )

    def _realm_of(self, name: str) -> str | None:
        pool = self._around.pool
        return pool.realm_name(name) if pool is not None else None

    def _look_after(self) -> None:
        """Show that somebody is there, and give up on what takes too long."""
        beats = 0
        while not self._settled.wait(BEAT):
            beats += 1
            self._files.beat(beats)
            going_on = [state for state in self.states if not state.over]
            if going_on:
                self._show(max(going_on, key=lambda state: state.until))
            self._give_up()

    def _give_up(self) -> None:
        with self._lock:
            running = list(self._running_since.items())
        for name, since in running:
            limit = LIMIT + 2 * self._observations[name].takes
            if time.time() - since > limit:
                slow = Problem(Kind.SUITE, f"it was not over after {limit:g} s")
                self._tell(State(name, Phase.OVER, problem=slow))

    def _tell(self, state: State) -> None:
        with self._lock:
            before = self._states.get(state.name)
            if before is None or not before.over:
                self._states[state.name] = state
                self._files.write(state)
            if all(name in self._states and self._states[name].over for name in self._wanted):
                self._settled.set()
