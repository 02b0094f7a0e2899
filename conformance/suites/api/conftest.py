"""What the tests of this area share beside the suite's own fixtures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.instruments.described import Described
from conformance.suites.api.shelf import Shelf

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.description import Description
    from conformance.specimens import Specimens


@pytest.fixture(scope="session", name="shelf")
def _shelf(callers: Callers, specimens: Specimens) -> Shelf:
    """The objects of one user, made once a worker."""
    return Shelf(callers.new(), specimens)


@pytest.fixture(scope="session", name="described")
def _described(description: Description) -> Described:
    """What the description promises of answers."""
    return Described(description.document)
