"""Bodies on their way in: kept up to a limit of their own, and up to one that all share.

What is beyond is counted and not kept. A body is cut where `size` is larger than its content.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from starlette.types import Receive

MAX_BODY: Final = 16 * 1024 * 1024
MAX_HELD: Final = 256 * 1024 * 1024
# So much of every body is kept, however much others hold.
UNSHARED: Final = 64 * 1024


@dataclass(slots=True)
class Allowance:
    """How much of all bodies may still be held at once. Belongs to the thread of the event loop."""

    left: int = MAX_HELD


class Body:
    """The body of one request; `whole` tells whether the client sent all of it.

    Whoever reads one releases it, once nobody needs it any more.
    """

    __slots__ = ("_allowance", "_shared", "content", "size", "whole")

    def __init__(self, allowance: Allowance) -> None:
        self.content = b""
        self.size = 0
        self.whole = False
        self._allowance = allowance
        self._shared = 0

    @property
    def is_cut(self) -> bool:
        """Whether not all that came was kept."""
        return self.size > len(self.content)

    async def read(self, receive: Receive) -> None:
        """Take in what the client sends, until it ends or goes away."""
        message = await receive()
        if not message.get("more_body") and len(message.get("body", b"")) <= UNSHARED:
            self.content = message.get("body", b"")
            self.size = len(self.content)
            self.whole = message["type"] == "http.request"
            return
        kept = bytearray()
        while message["type"] == "http.request":
            self.take(kept, message.get("body", b""))
            if not message.get("more_body"):
                self.whole = True
                break
            message = await receive()
        self.content = bytes(kept)

    def release(self) -> None:
        """Give back what was held of what all share."""
        self._allowance.left += self._shared
        self._shared = 0

    def take(self, kept: bytearray, chunk: bytes) -> None:
        """Count a piece, and add to what is kept as much of it as may be."""
        came_before = self.size
        self.size += len(chunk)
        if came_before > len(kept):
            return  # what comes after a gap is no continuation
        own = max(0, UNSHARED - len(kept))
        taken = chunk[: min(MAX_BODY - len(kept), own + self._allowance.left)]
        kept += taken
        shared = max(0, len(taken) - own)
        self._shared += shared
        self._allowance.left -= shared
