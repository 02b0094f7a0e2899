"""How much a search may do: in proportion to what it was given, and counted."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1 << 10
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How deep a search looks, and how much it may do for each byte that it is given.

    `expansion` bytes may come out of compressed data for each byte given, but `least` in any case
    and `most` at the most; `effort` bytes may be looked at for each byte given or decompressed.
    """

    depth: int = 3
    expansion: int = 64
    least: int = MIB
    most: int = 16 * MIB
    effort: int = 32


class Meter:
    """Counts the bytes that one search looks at and decompresses; used by one thread only."""

    def __init__(self, given: int, limits: Limits) -> None:
        self._effort = limits.effort
        self._allowed = limits.effort * (given + 64 * KIB)
        self.room = min(max(limits.least, limits.expansion * given), limits.most)
        self.work = 0
        self.truncated = False

    def spend(self, size: int) -> bool:
        """Take so many bytes from what may be looked at; False if there are not that many left."""
        if self.work + size > self._allowed:
            self.truncated = True
            return False
        self.work += size
        return True

    def decompressed(self, size: int) -> None:
        """Count so many bytes that came out of compressed data."""
        self.room = max(0, self.room - size)
        self._allowed += self._effort * size

    def cut(self) -> None:
        """Note that something was left unread."""
        self.truncated = True
