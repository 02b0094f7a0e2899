"""The live things that tests share: a mock control plane and a reference data plane a session."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from tests.running import running_mock, running_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mock_control_plane.client import ControlPlane
    from tests.running import RunningReference

pytest_plugins = ("pytester",)

# How fast a machine is, or how busy, is nothing that a test is about.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


def pytest_configure() -> None:
    """Let Ctrl-C reach what the tests start, also where this process runs in the background.

    A shell starts such a process with SIGINT ignored, and every child inherits that.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", name="running_control_plane")
def _running_control_plane() -> Iterator[ControlPlane]:
    """A client of a mock control plane in a process of its own; make a realm for each purpose."""
    with running_mock() as control_plane:
        yield control_plane


@pytest.fixture(scope="session", name="running_data_plane")
def _running_data_plane(running_control_plane: ControlPlane) -> Iterator[RunningReference]:
    """The reference data plane in a process of its own, with a realm of its own."""
    with running_reference(running_control_plane.create_realm()) as reference:
        yield reference
