"""A home of its own for each test, on one data plane whose clock stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reference.retention.material import KEY, Home, home, standing

if TYPE_CHECKING:
    from tests.reference.rig import Houses


@pytest.fixture(scope="session", name="keeping")
def _keeping(houses: Houses) -> str:
    """The URL of a data plane that can keep tokens, at a time that stands still."""
    return houses.data_plane(standing, **KEY)


@pytest.fixture(name="home")
def _home(houses: Houses, keeping: str) -> Home:
    """An organisation on it; new for each test, as runs concern all that an organisation has."""
    return home(houses, keeping)
