"""The control plane of one realm as an ASGI application: compose, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette

from mock_control_plane.routes import ROUTES
from mock_control_plane.world import World

if TYPE_CHECKING:
    from starlette.types import ASGIApp

__all__ = ["World", "create_app"]


def create_app(world: World) -> ASGIApp:
    """Return the application that answers for this world.

    It records nothing and knows no telemetry; wrap it for that.
    """
    app = Starlette(routes=ROUTES)
    app.router.redirect_slashes = False
    app.state.world = world
    return app
