"""The deployments of a run: brought up side by side, watched, and stopped together."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from conformance.deployment.connection import Probe, check
from conformance.deployment.environment import DEFAULT, Deployment, Environment
from conformance.deployment.launch import Launch, Launched
from conformance.deployment.settings import base_settings
from conformance.errors import ControlPlaneProblem
from mock_control_plane.client import ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.deployment.control_plane import Mock
    from conformance.options.values import Options
    from mock_control_plane.client import Realm

__all__ = ["Pool"]

BREATH = 0.02
"""What a process that was just killed takes, in seconds, to close what it had open."""


class Pool:
    """Owns every started data plane; the lock guards the list of them.

    `start` raises the problem of the first deployment that has one. `stop` ends them all, may be
    called at any time and more than once, also while another thread still waits in `start`.
    """

    def __init__(self, options: Options, mock: Mock | None, *, run: str) -> None:
        self._options = options
        self._mock = mock
        self._run = run
        self._lock = threading.Lock()
        self._running: list[tuple[str, Launched]] = []
        self._stopped = False

    def start(self, configurations: Iterable[Mapping[str, str]]) -> Environment:
        """Bring up the default deployment and one for each configuration that a test asks for.

        A data plane that is attached to stays as it is: there is the default deployment only.
        """
        if self._options.target.started:
            wanted = {DEFAULT: {}, **{name_of(one): dict(one) for one in configurations if one}}
            deployments = self._start_all(wanted)
        else:
            deployments = (self._attach(),)
        return Environment(
            run=self._run,
            deployments=tuple(deployment for deployment, _ in deployments),
            control_plane=self._mock.address if self._mock else None,
            version=deployments[0][1],
        )

    def death(self, *, patience: float = 0.0) -> str | None:
        """Say which data plane ended by itself, None if none did.

        One that refuses connections is given so many seconds to turn out to be dead.
        """
        with self._lock:
            running = list(self._running)
        for name, launched in running:
            refuses = bool(patience) and _refuses(launched.url)
            if launched.process.ended(patience if refuses else min(patience, BREATH)):
                which = "" if name == DEFAULT else f" ({name})"
                return f"the data plane{which} died during the run: it {launched.process.epitaph()}"
        if self._mock is not None and self._mock.ended():
            return "the mock control plane died during the run; please report this."
        return None

    def stop(self) -> None:
        """Stop every data plane that was started."""
        with self._lock:
            running, self._running, self._stopped = self._running, [], True
        if running:
            with ThreadPoolExecutor(len(running)) as executor:
                list(executor.map(lambda one: one[1].stop(), running))

    def _start_all(
        self, wanted: Mapping[str, Mapping[str, str]]
    ) -> tuple[tuple[Deployment, str | None], ...]:
        launch = Launch.of(self._options)
        executor = ThreadPoolExecutor(min(self._options.max_deployments, len(wanted)))
        try:
            waiting = [
                executor.submit(self._start_one, launch, name, asked)
                for name, asked in wanted.items()
            ]
            for future in wait(waiting, return_when=FIRST_EXCEPTION).done:
                future.result()
            return tuple(future.result() for future in waiting)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            self.stop()
            raise
        finally:
            executor.shutdown()

    def _start_one(
        self, launch: Launch, name: str, asked: Mapping[str, str]
    ) -> tuple[Deployment, str | None]:
        realm = self._realm(name)
        settings = {
            **base_settings(realm.url, realm.organization.name),
            **self._options.settings,
            **asked,
        }
        output = self._options.report_dir / "deployments" / f"{name}.log"
        launched = launch.start(
            settings, output, started=lambda launched: self._own(name, launched)
        )
        deployment = Deployment(name, launched.url, settings, asked, realm.name, output)
        return deployment, self._check(launched.url, realm)

    def _attach(self) -> tuple[Deployment, str | None]:
        options = self._options
        realm = self._realm(None) if self._mock else None
        deployment = Deployment(
            DEFAULT,
            options.target.address,
            settings=options.settings,
            realm=realm.name if realm else None,
        )
        return deployment, self._check(deployment.url, realm)

    def _own(self, name: str, launched: Launched) -> None:
        with self._lock:
            if not self._stopped:
                self._running = [one for one in self._running if one[0] != name]
                self._running.append((name, launched))
                return
        launched.stop()

    def _realm(self, name: str | None) -> Realm:
        """A realm of a deployment's own, or without a name the one that the mock begins with."""
        assert self._mock is not None
        try:
            if name is None:
                return self._mock.client.realms()[0]
            return self._mock.client.create_realm(f"{self._run}-{name}")
        except ControlPlaneError as problem:
            raise ControlPlaneProblem(f"{problem}.") from problem

    def _check(self, url: str, realm: Realm | None) -> str | None:
        reach = replace(self._options.reach, url=url)
        if realm is None:
            return check(reach, Probe(self._options.api_key))
        try:
            realm.update_organization(realm.organization.id, api_url=url, proxy_url=url)
            return check(reach, Probe.with_fresh_key(realm, self._options.profile.timing.seen))
        except ControlPlaneError as problem:
            raise ControlPlaneProblem(f"{problem}.") from problem


def _refuses(url: str) -> bool:
    """Whether nobody listens there any more."""
    parts = urlsplit(url)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 80), 1.0).close()
    except OSError:
        return True
    return False


def name_of(configuration: Mapping[str, str]) -> str:
    """A name for a configuration: short, the same in every process, good for a file."""
    text = json.dumps(dict(configuration), sort_keys=True)
    return "with-" + hashlib.sha256(text.encode()).hexdigest()[:10]
