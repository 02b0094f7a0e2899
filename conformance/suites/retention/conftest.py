"""What the retention tests share beside the suite's own fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.suites.retention.facts import Tale
from conformance.suites.retention.observations import STORY

if TYPE_CHECKING:
    from conformance.observing import Results


@pytest.fixture(scope="session", name="tale")
def _tale(observed: Results) -> Tale:
    """What was done and seen, of which each test reads its part."""
    return Tale.from_json(observed[STORY].result)
