"""The reference data plane on a real socket, with the mock's application as its control plane."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from tests.reference.rig import ControlPlane, Host, Houses

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx


@pytest.fixture(scope="session", name="host")
def _host() -> Iterator[Host]:
    """The event loop on which everything is served."""
    host = Host()
    yield host
    host.close()


@pytest.fixture(scope="session", name="houses")
def _houses(host: Host) -> Iterator[Houses]:
    """The control plane of the session, and a maker of data planes beside it."""
    control_plane = ControlPlane()
    control_plane.url = host.serve(control_plane.app())
    with contextlib.ExitStack() as stack:
        houses = Houses(host, control_plane, stack)
        yield houses
        # Their last reports go to a control plane that is still there.
        host.stop(*houses.urls)


@pytest.fixture(scope="session", name="data_plane")
def _data_plane(houses: Houses) -> str:
    """The URL of the reference as it is."""
    return houses.data_plane()


@pytest.fixture(name="client")
def _client(houses: Houses, data_plane: str) -> httpx.Client:
    """A client of the reference with the key of a new user; new for each test by its purpose."""
    return houses.client(data_plane)


@pytest.fixture(name="audited")
def _audited(houses: Houses, data_plane: str) -> httpx.Client:
    """A client as `client`, which asks for audit headers; new for each test by its purpose."""
    return houses.client(data_plane, audit=True)
