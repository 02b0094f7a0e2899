"""What the telemetry tests share beside the suite's own fixtures."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from conformance.suites.telemetry.sysadmin import go_round
from conformance.suites.telemetry.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.callers import Callers
    from conformance.observing import Results
    from conformance.options.values import Options
    from conformance.specimens import Specimens
    from conformance.suites.telemetry.sysadmin import Round
    from mock_control_plane.wire import Profile


@pytest.fixture(scope="session", name="watched")
def _watched(options: Options, observed: Results) -> Watched:
    """What was heard of the data planes that the run watches, by how they are configured."""
    return Watched(options, observed)


@pytest.fixture(scope="session", name="ask")
def _ask(callers: Callers, specimens: Specimens, profile: Profile) -> Callable[[], Round]:
    """What the status endpoints of the default data plane answer, asked when first needed."""
    return cache(lambda: go_round(callers, specimens, profile))
