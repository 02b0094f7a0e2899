"""What the tests of this area share beside the suite's own fixtures."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance import expect
from conformance.callers import Callers
from conformance.client import Transport
from conformance.suites.rate_limits.sharing import SMALL, Alone, measured
from conformance.suites.rate_limits.tokens import Place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.deployment.environment import Deployment
    from conformance.options.values import Options
    from conformance.resources import Deployments
    from mock_control_plane.client import ControlPlane


@pytest.fixture(scope="session", name="place")
def _place(
    deployments: Deployments,
    deployment: Deployment,
    control_plane: ControlPlane | None,
    options: Options,
) -> Iterator[Place]:
    """A deployment with a small budget and a long window, or the one that is attached to."""
    small = deployments[SMALL] if options.target.started else deployment
    if control_plane is None or small.realm is None:
        expect.inconclusive("what the control plane hears cannot be seen: it is not the mock")
    transport = Transport(replace(options.reach, url=small.url))
    realm = control_plane.realm(small.realm)
    yield Place(Callers(transport, realm, (None, None)), realm)
    transport.close()


@pytest.fixture(scope="session", name="alone")
def _alone(place: Place, options: Options) -> Alone:
    """What tokens may do that have nobody beside them."""
    return measured(place, options.replicas)
