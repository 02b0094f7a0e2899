"""What came out of undoing one encoding, and what is text."""

from __future__ import annotations

import re
from typing import NamedTuple

from conformance.instruments.canary.planted import SHORTEST

TEXT = b"\t\n\r" + bytes(range(0x20, 0x80))
# (A set of characters at the beginning of a pattern is what `re` is quick to look for.)
TEXT_RUN = re.compile(rb"[\t\n\r -\x7f][\t\n\r -\x7f]{%d,}+" % (SHORTEST - 1))
# Stands between pieces that do not belong together; no text and no encoding of one contains it.
BETWEEN = b"\0"


class Opened(NamedTuple):
    """All pieces that one encoding hid, put side by side in `data`.

    `wholes` are the pieces with a known beginning and end that are not text: what has no magic
    number, brotli for one, can only be recognised by reading all of a piece.
    """

    name: str
    data: bytes
    wholes: tuple[bytes, ...] = ()


def is_text(data: bytes) -> bool:
    """Whether all bytes are ASCII and none a control character that JSON has to escape."""
    return not data.translate(None, TEXT)


def text_of(data: bytes) -> bytes:
    """Return the text in some data: all runs that could hold a canary, put side by side."""
    return data if is_text(data) else BETWEEN.join(TEXT_RUN.findall(data))


def side_by_side(name: str, pieces: list[bytes]) -> Opened:
    """Return pieces that each have a known beginning and end."""
    wholes = tuple(piece for piece in pieces if len(piece) >= SHORTEST and not is_text(piece))
    return Opened(name, BETWEEN.join(pieces), wholes)
