"""What the audit tests share beside the suite's own fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.suites.audit.tour import Tours

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.description import Description
    from conformance.specimens import Specimens


@pytest.fixture(scope="session", name="tours")
def _tours(callers: Callers, specimens: Specimens, description: Description) -> Tours:
    """Every operation of the API, with the audit header and without, walked when first needed."""
    return Tours(callers, specimens, description)
