"""What a relay keeps of the bodies that go through it: whole, as digests, or not at all.

Secrets in them are never kept, however they are kept.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final

from mock_control_plane.bodies import UNSHARED, Body
from mock_control_plane.credentials import LOGIN
from mock_control_plane.decoding import Undecodable, decompressed
from mock_control_plane.entry import digest_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive

    from mock_control_plane.bodies import Allowance

WHOLE: Final = "whole"
DIGEST: Final = "digest"
NOTHING: Final = "none"
MODES: Final = (WHOLE, DIGEST, NOTHING)

# Whatever is sent here is a secret, or stands beside one.
SECRETIVE: Final = re.compile(r"/api/(?:\w*secret|env_var|\w*api_?key|service_?token)(?:/|$)")
# API keys and service tokens, wherever they stand: what replaces one is exactly as long.
KEY: Final = re.compile(rb"(?<![A-Za-z0-9_-])(?:sk|bt-st)-[A-Za-z0-9_-]{16,}")
STANDS_FOR: Final = b"digest:"
FIELD: Final = re.compile(
    rb'("(?:token|secret|password|authorization|(?:api|private)_?key|service_?token'
    rb'|(?:access|refresh|id)_?token|client_?secret)"\s*:\s*")((?:[^"\\]|\\.)+)',
    re.IGNORECASE,
)


class Passing:
    """A body on its way through: handed on piece by piece, and kept as `mode` says."""

    def __init__(self, allowance: Allowance, mode: str) -> None:
        self._body = Body(allowance)
        self._content = bytearray()
        self._mode = mode
        self._hash = hashlib.sha256()
        self.size = 0
        self.whole = False

    async def pieces(self, receive: Receive) -> AsyncIterator[bytes]:
        """Give what the client sends as it comes; it ends early if the client goes away."""
        message = {"more_body": True, **await receive()}
        while message["type"] == "http.request":
            piece = message.get("body", b"")
            self._take(piece)
            if piece:
                yield piece
            if not message.get("more_body"):
                self.whole = True
                return
            message = dict(await receive())

    @property
    def head(self) -> bytes:
        """How it begins, however it is kept; only to be looked at."""
        return bytes(self._content[:UNSHARED])

    def kept(self, path: str, encoding: str) -> bytes:
        """Return what is kept of it."""
        if self._mode == NOTHING or not self.size:
            return b""
        hidden = SECRETIVE.search(path) is not None and path != LOGIN
        if self._mode == DIGEST or hidden:
            return self._digest()
        content = bytes(self._content)
        if encoding.strip().lower() in ("", "identity"):
            return scrubbed(content)
        return content if is_clean(content, encoding) else self._digest()

    def release(self) -> None:
        """Give back what was held."""
        self._body.release()

    def _take(self, piece: bytes) -> None:
        self.size += len(piece)
        self._hash.update(piece)
        if self._mode == WHOLE:
            self._body.take(self._content, piece)
        elif len(self._content) < UNSHARED:
            self._content += piece[: UNSHARED - len(self._content)]

    def _digest(self) -> bytes:
        return b"sha256:" + self._hash.hexdigest().encode()


def is_clean(content: bytes, encoding: str) -> bool:
    """Tell whether a compressed body can be seen into, and there is no secret in it."""
    try:
        text = decompressed(content, encoding)
    except Undecodable:
        return False
    return scrubbed(text) == text


def scrubbed(text: bytes) -> bytes:
    """Return a text with digests in place of the secrets in it."""
    return KEY.sub(lambda each: without_key(each[0]), FIELD.sub(_without_value, text))


def without_key(secret: bytes) -> bytes:
    """Return what stands for an API key, exactly as long as it: formats with lengths stay right."""
    return (STANDS_FOR + digest_of(secret.decode("ascii")).encode()).ljust(len(secret), b"*")


def _without_value(field: re.Match[bytes]) -> bytes:
    value = field[2]
    if KEY.fullmatch(value):
        return field[1] + without_key(value)
    return field[1] + STANDS_FOR + digest_of(value.decode("utf-8", "surrogateescape")).encode()
