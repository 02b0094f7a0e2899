"""What a pytest session of the suite holds, and under which keys it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.deployment.environment import Environment
    from conformance.deployment.pool import Means
    from conformance.observing.observation import Observation
    from conformance.options.values import Options

__all__ = ["ENVIRONMENT", "MEANS", "OBSERVATIONS", "OPTIONS"]

OPTIONS: pytest.StashKey[Options] = pytest.StashKey()
"""The command line; there from `pytest_configure` on."""

ENVIRONMENT: pytest.StashKey[Environment] = pytest.StashKey()
"""What is up; there before the first test is collected, in every process that runs tests."""

MEANS: pytest.StashKey[Means] = pytest.StashKey()
"""How data planes are started, if somebody put it there who knows better than the options."""

OBSERVATIONS: pytest.StashKey[Sequence[Observation]] = pytest.StashKey()
"""What is observed, if somebody put it there; else it is what the suites declare."""
