"""The live things that tests of the suite work with, as pytest fixtures; all of them are shared.

The plugin registers this module only when a data plane is given.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance import expect, held
from conformance.callers import Callers
from conformance.client import Patience, Transport
from conformance.description import Description
from conformance.observing.files import Files
from conformance.observing.results import Results
from conformance.observing.running import ABSENT
from conformance.specimens import Specimens
from mock_control_plane.client import ControlPlane, Realm

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from conformance.deployment.environment import Deployment, Environment
    from conformance.options.values import Options
    from mock_control_plane.wire import Profile


class Deployments:
    """The deployments of the run, by the configuration that a test asks for."""

    def __init__(self, environment: Environment) -> None:
        self._all = environment.deployments
        self._failed = environment.failed

    def __getitem__(self, settings: Mapping[str, str]) -> Deployment:
        for deployment in self._all:
            if deployment.asked == settings:
                return deployment
        wanted = ", ".join(f"{name}={value}" for name, value in settings.items())
        why = next((f": {one.reason}" for one in self._failed if one.asked == settings), "")
        expect.inconclusive(f"no deployment of this run is configured with {wanted}{why}")

    def __iter__(self) -> Iterator[Deployment]:
        return iter(self._all)


@pytest.fixture(scope="session", name="options")
def _options(pytestconfig: pytest.Config) -> Options:
    """The command line."""
    return pytestconfig.stash[held.OPTIONS]


@pytest.fixture(scope="session", name="environment")
def _environment(pytestconfig: pytest.Config) -> Environment:
    """Everything that is up."""
    return pytestconfig.stash[held.ENVIRONMENT]


@pytest.fixture(scope="session", name="deployment")
def _deployment(environment: Environment) -> Deployment:
    """The data plane that a test works with unless it asks for another one."""
    return environment.default


@pytest.fixture(scope="session", name="deployments")
def _deployments(environment: Environment) -> Deployments:
    """All data planes of the run."""
    return Deployments(environment)


@pytest.fixture(scope="session", name="profile")
def _profile(options: Options) -> Profile:
    """The wire profile: which endpoint carries what, and how long things take."""
    return options.profile


@pytest.fixture(scope="session", name="control_plane")
def _control_plane(environment: Environment) -> Iterator[ControlPlane | None]:
    """The mock control plane, None where the data plane has one of its own."""
    address = environment.control_plane
    if address is None:
        yield None
        return
    with ControlPlane(address.url, token=address.token) as control_plane:
        yield control_plane


@pytest.fixture(scope="session", name="realm")
def _realm(
    control_plane: ControlPlane | None, deployment: Deployment, options: Options
) -> Realm | None:
    """The part of the mock that is the control plane of the default deployment.

    There is none where the mock is a relay: it makes no users and keys. Observations still see
    what goes through it.
    """
    if control_plane is None or deployment.realm is None or options.control_plane.relays:
        return None
    return control_plane.realm(deployment.realm)


@pytest.fixture(scope="session", name="transport")
def _transport(
    options: Options, deployment: Deployment, pytestconfig: pytest.Config
) -> Iterator[Transport]:
    """The connections of this worker to the default deployment."""
    transport = Transport(
        replace(options.reach, url=deployment.url),
        patience=Patience(write_visible=options.profile.timing.write_visible),
        notify=_notify(pytestconfig),
    )
    yield transport
    transport.close()


@pytest.fixture(scope="session", name="callers")
def _callers(transport: Transport, realm: Realm | None, options: Options) -> Callers:
    """Makes the users that a test acts as."""
    return Callers(transport, realm, (options.api_key, options.second_api_key))


@pytest.fixture(scope="session", name="specimens")
def _specimens(environment: Environment, options: Options) -> Iterator[Specimens]:
    """Makes the objects of a test, and deletes them where the data plane is not ours."""
    specimens = Specimens(environment.run, cleans_up=not options.target.started)
    yield specimens
    specimens.delete_all()


@pytest.fixture(scope="session", name="observed")
def _observed(options: Options, pytestconfig: pytest.Config) -> Results:
    """What was observed since the run began; a test names what it reads with `@observes`."""
    absent = "" if options.target.started else ABSENT
    files = Files(options.report_dir)
    if hasattr(pytestconfig, "workerinput"):
        return Results(files, absent=absent)  # the owner of the session says what is waited for
    return Results(files, absent=absent, notify=_notify(pytestconfig))


@pytest.fixture(scope="session", name="description")
def _description() -> Description:
    """The API's operations, by our own description of it."""
    return Description.load()


def _notify(config: pytest.Config) -> Callable[[str], None]:
    """What prints a line while a test is running; a run that waits says why."""
    capture = config.pluginmanager.getplugin("capturemanager")
    progress = config.pluginmanager.getplugin("dataplane-progress")

    def notify(text: str) -> None:
        with capture.global_and_fixture_disabled():
            if progress is not None:
                progress.waiting(text)
            else:
                print(text, file=sys.stderr)  # noqa: T201

    return notify
