"""World: one realm's people, objects and wire profile, as the routes see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mock_control_plane.directory import Directory
    from mock_control_plane.objects import Objects
    from mock_control_plane.wire import Profile


@dataclass(frozen=True, slots=True)
class World:
    """Everything that the answers of one realm depend on."""

    directory: Directory
    objects: Objects
    profile: Profile
