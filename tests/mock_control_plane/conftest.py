"""A realm of its own for each test: pure, so nothing is gained by sharing it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mock_control_plane.api import Caller, new_caller, new_world

if TYPE_CHECKING:
    from mock_control_plane.app import World


@pytest.fixture(name="world")
def _world() -> World:
    """An empty realm."""
    return new_world()


@pytest.fixture(name="caller")
def _caller(world: World) -> Caller:
    """A member of the realm's ready-made organisation."""
    return new_caller(world)


@pytest.fixture(name="stranger")
def _stranger(world: World) -> Caller:
    """A member of another organisation of the same realm."""
    elsewhere = world.directory.create_organization("elsewhere")
    return new_caller(world, organizations=[elsewhere.id])
