"""Canaries, texts that exist nowhere else, and the fast look for them in plain bytes."""

from __future__ import annotations

import random
import string
import struct
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LENGTH = 32
# What stands before a canary can swallow its beginning: in `%ab%43` the % may be a stray one.
SWALLOWED = 8
# Whichever 24 bytes are looked for, one of the 12-byte blocks of the haystack lies within them.
BLOCK = (LENGTH - SWALLOWED) // 2
# Random letters and digits of the length looked for hold 143 bits; nothing that keeps them is
# shorter than this many bytes.
SHORTEST = 18

ALPHABET = string.ascii_letters + string.digits


@dataclass(frozen=True, slots=True)
class Canary:
    """A unique text, and the place where it was planted ("input of a row", "tag")."""

    token: str
    place: str

    def __post_init__(self) -> None:
        if len(self.token) < LENGTH or not (self.token.isascii() and self.token.isalnum()):
            raise ValueError(
                f"{self.token!r} is no canary: expected at least {LENGTH} ASCII letters and "
                "digits, so that no chance hit is possible; take one from mint()"
            )


def mint(place: str, *, source: random.Random | None = None) -> Canary:
    """Return a new canary for a place; a seeded source gives the same ones again.

    It begins with a letter and has both cases and digits, so it can be a key, a tag or a name.
    """
    source = source or random.SystemRandom()
    while True:
        letters = "".join(source.choices(ALPHABET, k=LENGTH - 1))
        token = source.choice(string.ascii_letters) + letters
        rest = token[SWALLOWED:]
        if any(map(str.isdigit, rest)) and not (rest.islower() or rest.isupper()):
            return Canary(token, place)


class Needles:
    """What is looked for: the canaries in any case, each without its first characters."""

    def __init__(self, canaries: Iterable[Canary]) -> None:
        self._needles = {
            canary: canary.token[SWALLOWED:].lower().encode() for canary in dict.fromkeys(canaries)
        }
        self._blocks = frozenset(
            needle[start : start + BLOCK]
            for needle in self._needles.values()
            for start in range(len(needle) - BLOCK + 1)
        )

    def find(self, data: bytes) -> Iterator[tuple[Canary, str | None]]:
        """Yield each canary that stands in plain sight, with the name of its case if changed."""
        folded = data.lower()
        even = memoryview(folded)[: len(folded) // BLOCK * BLOCK]
        blocks = chain.from_iterable(struct.iter_unpack(f"{BLOCK}s", even))
        if self._blocks.isdisjoint(blocks):
            return
        for canary, needle in self._needles.items():
            at = folded.find(needle)
            if at >= 0:
                yield canary, _case(canary, data[at : at + len(needle)].decode("ascii"))


def _case(canary: Canary, seen: str) -> str | None:
    if seen in canary.token:
        return None
    if seen.isupper():
        return "upper case"
    return "lower case" if seen.islower() else "other case"
