"""The deployments of a run: brought up side by side, watched, and stopped together."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from conformance.deployment import connection, relayed
from conformance.deployment.connection import Probe
from conformance.deployment.environment import DEFAULT, Deployment, Environment, Failed
from conformance.deployment.launch import Launch
from conformance.deployment.settings import base_settings, configured, proxied
from conformance.errors import (
    ControlPlaneProblem,
    DataPlaneDied,
    KeyRefused,
    NotADataPlane,
    NotConnected,
    NotReady,
    Unreachable,
)
from conformance.instruments.egress import accounted
from conformance.reach import LOOPBACK, Reach
from mock_control_plane.client import ControlPlaneError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from conformance.deployment.control_plane import Mock
    from conformance.deployment.launcher import Launcher, Started
    from conformance.options.values import Options
    from mock_control_plane.client import Realm

__all__ = ["Means", "Pool", "Up"]

BREATH = 0.02
"""What a process that was just killed takes, in seconds, to close what it had open."""
PULSE = 0.2
"""How long a wait without end lasts before Python is let see to a signal, in seconds: one that
arrives just before a thread goes to sleep does not wake it."""

FAR = "0.0.0.0"
"""This machine, by an address that is not exempt from proxies as loopback is."""

OF_THE_DATA_PLANE = (DataPlaneDied, KeyRefused, NotADataPlane, NotConnected, NotReady, Unreachable)
"""What is wrong with a data plane, and not with how the run was set up."""

Check = Callable[[Reach, Probe], str | None]


@dataclass(frozen=True, slots=True)
class Means:
    """What a pool starts data planes with, and how it finds out that one is what it must be.

    `check` returns the version that a data plane names, or raises what speaks against it.
    """

    launcher: Launcher
    check: Check = connection.check

    @classmethod
    def of(cls, options: Options) -> Self:
        """The means that these options ask for."""
        return cls(Launch.of(options))


@dataclass(frozen=True, slots=True)
class Up:
    """A deployment that is up: its version where it names one, and what was started for it."""

    deployment: Deployment
    version: str | None = None
    started: Started | None = None


@dataclass(frozen=True, slots=True)
class _Owned:
    """What was started; `apart`: whoever had it opened watches over it and closes it."""

    started: Started
    apart: bool


class Pool:
    """Owns every started data plane; the lock guards them.

    `start` raises the problem of the default deployment, if it has one. `stop` ends them all, may
    be called at any time and more than once, also while another thread still waits in `start`.
    """

    def __init__(
        self, options: Options, mock: Mock | None, *, run: str, means: Means | None = None
    ) -> None:
        self._options = options
        self._mock = mock
        self._run = run
        self._means = means or Means.of(options)
        self._lock = threading.Lock()
        self._running: dict[str, _Owned] = {}
        self._stopped = False

    def start(self, configurations: Iterable[Mapping[str, str]]) -> Environment:
        """Bring up the default deployment and one for each configuration that a test asks for.

        Only the default one has to come up; the environment says what became of the others. A data
        plane that is attached to stays as it is: there is the default deployment only.
        """
        failed: tuple[Failed, ...] = ()
        if self._options.target.started:
            wanted = {DEFAULT: {}, **{name_of(one): dict(one) for one in configurations if one}}
            came = self._start_all(wanted)
            up = tuple(one for one in came if isinstance(one, Up))
            failed = tuple(one for one in came if isinstance(one, Failed))
        else:
            up = (self._attach(),)
        return Environment(
            run=self._run,
            deployments=tuple(one.deployment for one in up),
            control_plane=self._mock.address if self._mock else None,
            version=up[0].version,
            failed=failed,
        )

    def open(self, name: str, asked: Mapping[str, str | None], *, fenced: bool = False) -> Up:
        """Bring up one more deployment, which its opener watches and closes; may be many at a time.

        Nothing of one that does not come up is left, but what it printed. One that is `fenced` gets
        a forward proxy that lets it reach what is accounted for, and nothing else, as long as the
        mock is on this machine.
        """
        try:
            return self._start_one(name, asked, apart=True, fenced=fenced)
        except BaseException:
            self.close(name)
            raise

    def close(self, name: str) -> None:
        """Stop what was opened under this name; nothing happens if it is closed already."""
        with self._lock:
            owned = self._running.pop(name, None)
        if owned is not None:
            owned.started.stop()

    def death(self, *, patience: float = 0.0) -> str | None:
        """Say which data plane ended by itself, None if none did.

        One that refuses connections is given so many seconds to turn out to be dead.
        """
        with self._lock:
            running = [(name, one.started) for name, one in self._running.items() if not one.apart]
        for name, started in running:
            refuses = bool(patience) and _refuses(started.url)
            if started.ended(patience if refuses else min(patience, BREATH)):
                which = "" if name == DEFAULT else f" ({name})"
                return f"the data plane{which} died during the run: it {started.epitaph()}"
        if self._mock is not None and self._mock.ended():
            return "the mock control plane died during the run; please report this."
        return None

    def stop(self) -> None:
        """Stop every data plane that was started."""
        with self._lock:
            running, self._running, self._stopped = self._running, {}, True
        if running:
            with ThreadPoolExecutor(len(running)) as executor:
                list(executor.map(lambda one: one.started.stop(), running.values()))

    def _start_all(self, wanted: Mapping[str, Mapping[str, str]]) -> tuple[Up | Failed, ...]:
        executor = ThreadPoolExecutor(min(self._options.max_deployments, len(wanted)))
        try:
            waiting = [
                executor.submit(self._try_to_start, name, asked) for name, asked in wanted.items()
            ]
            unsettled = set(waiting)
            while unsettled:
                done, unsettled = wait(waiting, timeout=PULSE, return_when=FIRST_EXCEPTION)
                for future in done:
                    future.result()
            return tuple(future.result() for future in waiting)
        except BaseException:
            executor.shutdown(wait=False, cancel_futures=True)
            self.stop()
            raise
        finally:
            executor.shutdown()

    def _try_to_start(self, name: str, asked: Mapping[str, str]) -> Up | Failed:
        """Start one; without the default deployment there is no run, without another there is."""
        try:
            return self._start_one(name, asked)
        except OF_THE_DATA_PLANE as problem:
            if name == DEFAULT:
                raise
            self.close(name)
            return Failed(asked, str(problem))

    def _start_one(
        self,
        name: str,
        asked: Mapping[str, str | None],
        *,
        apart: bool = False,
        fenced: bool = False,
    ) -> Up:
        fenced = fenced and self._has_near_mock()
        realm = self._realm(name, host=FAR if fenced else None)
        base = base_settings(realm.url, realm.organization.name)
        settings = configured(base, self._options.settings, asked)
        if fenced:
            settings |= proxied(self._fence(realm))
        output = self._options.report_dir / "deployments" / f"{name}.log"
        started = self._means.launcher.start(
            settings, output, started=lambda one: self._own(name, _Owned(one, apart))
        )
        deployment = Deployment(name, started.url, settings, configured(asked), realm.name, output)
        return Up(deployment, self._check(started.url, realm), started)

    def _attach(self) -> Up:
        options = self._options
        realm = self._realm(None) if self._mock else None
        deployment = Deployment(
            DEFAULT,
            options.target.address,
            settings=options.settings,
            realm=realm.name if realm else None,
        )
        return Up(deployment, self._check(deployment.url, realm))

    def _own(self, name: str, owned: _Owned) -> None:
        with self._lock:
            if not self._stopped:
                self._running[name] = owned
                return
        owned.started.stop()

    def realm_name(self, name: str) -> str:
        """The name of the realm of what is opened under this name."""
        return f"{self._run}-{name}"

    def _realm(self, name: str | None, *, host: str | None = None) -> Realm:
        """A realm of a deployment's own, or without a name the one that the mock begins with."""
        assert self._mock is not None
        try:
            if name is None:
                return self._mock.client.realms()[0]
            return self._mock.client.create_realm(self.realm_name(name), host=host)
        except ControlPlaneError as problem:
            raise ControlPlaneProblem(f"{problem}.") from problem

    def _has_near_mock(self) -> bool:
        """Whether the mock, and so a forward proxy of its, is on the machine of the data planes."""
        return self._mock is not None and urlsplit(self._mock.address.url).hostname in LOOPBACK

    def _fence(self, realm: Realm) -> str:
        options = self._options
        try:
            return realm.open_egress(accounted(realm.url, options.egress.own, options.settings))
        except ControlPlaneError as problem:
            raise ControlPlaneProblem(f"{problem}.") from problem

    def _check(self, url: str, realm: Realm | None) -> str | None:
        reach, check = replace(self._options.reach, url=url), self._means.check
        if realm is None:
            return check(reach, Probe(self._options.api_key))
        if self._options.control_plane.relays:
            version = check(reach, Probe(self._options.api_key))
            self._check_relay(reach, realm)
            return version
        try:
            realm.update_organization(realm.organization.id, api_url=url, proxy_url=url)
            return check(reach, Probe.with_fresh_key(realm, self._options.profile.timing.seen))
        except ControlPlaneError as problem:
            raise ControlPlaneProblem(f"{problem}.") from problem

    def _check_relay(self, reach: Reach, realm: Realm) -> None:
        assert self._mock is not None
        options = self._options
        try:
            relayed.expect_connected(reach, realm, options.profile.timing.seen)
        except ControlPlaneError as problem:
            raise ControlPlaneProblem(f"{problem}.") from problem
        for secret in (options.api_key, options.second_api_key):
            if secret is not None:
                relayed.introduce(self._mock.address.url, secret)


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
