"""What a pytest session of the suite holds, and under which keys it is found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conformance.deployment.environment import Environment
    from conformance.options.values import Options

__all__ = ["ENVIRONMENT", "OPTIONS"]

OPTIONS: pytest.StashKey[Options] = pytest.StashKey()
"""The command line; there from `pytest_configure` on."""

ENVIRONMENT: pytest.StashKey[Environment] = pytest.StashKey()
"""What is up; there before the first test is collected, in every process that runs tests."""
