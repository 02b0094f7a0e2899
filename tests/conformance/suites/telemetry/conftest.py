"""What the tests of the telemetry suite share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.options.values import Kind, Options, Target
from conformance.reach import Reach
from tests.conformance.suites.telemetry.journals import PROFILE

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(name="options")
def _options(tmp_path: Path) -> Options:
    """The options of a run that starts its data planes."""
    return Options(Target(Kind.EMBEDDED), tmp_path, Reach(""), PROFILE, "reference")
