"""Other hosts than the control plane: what defects and variants want of them, and how they ask.

Nothing of the reference itself is here: it wants nothing elsewhere.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

VENDOR = "http://updates.vendor.example.test/version"
TIMEOUT = 5.0
BEHIND = "HTTP_PROXY"


async def answers(url: str) -> bool:
    """Ask a host whether it is there; without a proxy in between it counts as there, unasked."""
    if not os.environ.get(BEHIND):
        return True
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT) as client:
            return (await client.get(url)).is_success
    except httpx.HTTPError:
        return False


def at_start(app: ASGIApp, act: Callable[[], Awaitable[None]]) -> ASGIApp:
    """An application that does something before it starts; what that raises keeps it from it."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await act()
        await app(scope, receive, send)

    return serve
