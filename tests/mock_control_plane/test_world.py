"""A world is one realm's parts, fixed."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from mock_control_plane.directory import Directory
from tests.mock_control_plane.api import new_world


def test_parts_of_a_world_stay() -> None:
    """Nobody swaps the directory under the routes."""
    world = new_world()
    with pytest.raises(FrozenInstanceError):
        world.directory = Directory()  # type: ignore[misc]
