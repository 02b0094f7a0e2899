"""What the tests of this area share beside the suite's own fixtures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from conformance.callers import Callers
from conformance.client import Transport
from conformance.suites.urls.settings import SHOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.deployment.environment import Deployment
    from conformance.options.values import Options
    from conformance.resources import Deployments
    from mock_control_plane.client import ControlPlane


@dataclass(frozen=True, slots=True)
class Place:
    """One data plane, and who can be a user of it."""

    deployment: Deployment
    callers: Callers


@pytest.fixture(scope="session", name="shown")
def _shown(
    deployments: Deployments,
    deployment: Deployment,
    control_plane: ControlPlane | None,
    callers: Callers,
    options: Options,
) -> Iterator[Place]:
    """The deployment with a public URL and several origins, or the one that is attached to."""
    if not options.target.started:
        yield Place(deployment, callers)
        return
    other = deployments[SHOWN]
    transport = Transport(replace(options.reach, url=other.url))
    realm = control_plane.realm(other.realm) if control_plane and other.realm else None
    yield Place(other, Callers(transport, realm, (None, None)))
    transport.close()
