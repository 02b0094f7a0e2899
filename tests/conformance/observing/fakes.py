"""Observations without data planes: what is started is a value, and the mock is the real one."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.deployment.control_plane import Mock
from conformance.deployment.environment import ControlPlaneAddress, Deployment, Environment
from conformance.deployment.pool import Means, Pool
from conformance.errors import DataPlaneDied
from conformance.observing import Observation
from conformance.observing.files import Files
from conformance.observing.running import Observing
from conformance.observing.staging import Surroundings
from conformance.options.raw import Raw
from conformance.options.reading import read
from conformance.options.table import target_given
from conformance.requirements import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from conformance.deployment.connection import Probe
    from conformance.deployment.launcher import Started
    from conformance.observing import Ground, JsonObject, Observed
    from conformance.options.values import Options
    from conformance.reach import Reach
    from mock_control_plane.client import ControlPlane

LONG = 30.0
NOWHERE = "http://127.0.0.1:9"


@dataclass(slots=True)
class Plane:
    """A data plane that was started, as far as anybody looks at it; `dead` is its death."""

    settings: Mapping[str, str]
    url: str = NOWHERE
    dead: threading.Event = field(default_factory=threading.Event)
    stopped: threading.Event = field(default_factory=threading.Event)

    def ended(self, within: float = 0.0) -> bool:
        """Whether it is over."""
        return self.stopped.is_set() or self.dead.wait(within)

    def epitaph(self) -> str:
        """How it ended."""
        return "exited with 9; its last lines:\n    out of memory"

    def stop(self) -> None:
        """End it."""
        self.stopped.set()


class Planes:
    """A launcher that remembers what it started, and refuses the setting REFUSE."""

    def __init__(self) -> None:
        self.started: list[Plane] = []
        self.starting = 0
        self.most = 0
        self._lock = threading.Lock()

    def start(
        self, settings: Mapping[str, str], output: Path, *, started: Callable[[Started], object]
    ) -> Plane:
        """Start one, unless it refuses."""
        del output
        plane = Plane(settings)
        started(plane)
        with self._lock:
            self.started.append(plane)
        if "REFUSE" in settings:
            raise DataPlaneDied("the data plane died before it was ready: it said no")
        return plane

    def named(self, name: str, value: str) -> Plane:
        """The one that was started with this setting."""
        return next(one for one in self.started if one.settings.get(name) == value)


def trusting(_reach: Reach, _probe: Probe) -> None:
    """A check that nothing fails."""


def options_of(folder: Path, **values: object) -> Options:
    """The options of a run whose report is in that folder."""
    target = {} if target_given(values) else {"dataplane_embedded": True}
    return read(Raw({"dataplane_report_dir": str(folder), **target, **values}, {}), load())


def attached(folder: Path, **values: object) -> Surroundings:
    """A data plane that is attached to, with a control plane of its own."""
    options = options_of(folder, dataplane_url=NOWHERE, **values)
    environment = Environment("run-1", (Deployment("default", NOWHERE),))
    return Surroundings(options, environment)


def started(control_plane: ControlPlane, planes: Planes, folder: Path) -> Surroundings:
    """Surroundings in which data planes are started."""
    options = options_of(folder)
    mock = Mock(ControlPlaneAddress(control_plane.url), control_plane)
    run = f"run-{secrets.token_hex(4)}"
    pool = Pool(options, mock, run=run, means=Means(planes, trusting))
    environment = Environment(run, (Deployment("default", NOWHERE),), mock.address)
    return Surroundings(options, environment, pool)


def observation(
    run: Callable[[Ground], JsonObject] = lambda _: {}, name: str = "one", **fields: object
) -> Observation:
    """An observation that does this."""
    values: dict[str, object] = {"area": "audit", "settings": {"NAME": name}, **fields}
    return Observation(name=name, run=run, **values)  # type: ignore[arg-type]


def observing(around: Surroundings, *observations: Observation) -> tuple[Observing, Files]:
    """These observations, and the files in which they are told; nothing has begun."""
    files = Files(around.options.report_dir)
    files.clear()
    return Observing(observations, around, files), files


def observed(around: Surroundings, one: Observation) -> Observed:
    """What comes of an observation in the end; what it raises for a test is raised here."""
    made, files = observing(around, one)
    made.begin([one.name])
    made.join()
    state = files.read(one.name)
    if state.problem is not None:
        state.problem.throw(one.name)
    assert state.observed is not None
    return state.observed
