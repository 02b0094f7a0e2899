"""Secrets at rest: sealed under `SERVICE_TOKEN_SECRET_KEY`, and opened by nothing else."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet

PURPOSE = b"service tokens at rest\n"


class Cipher:
    """Seals text under a key of any length; without a key it can do neither."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._fernet: Fernet | None = None

    @property
    def usable(self) -> bool:
        """Whether there is a key."""
        return bool(self._key)

    def seal(self, text: str) -> str:
        """Return text in a form that tells nothing of it."""
        return self._made().encrypt(text.encode()).decode("ascii")

    def open(self, sealed: str) -> str | None:
        """Return what was sealed; None if it was sealed under another key, or is damaged."""
        # Imported where a token is used for the first time: most deployments store none.
        from cryptography.fernet import InvalidToken

        if not self.usable:
            return None
        try:
            return self._made().decrypt(sealed.encode("ascii")).decode()
        except InvalidToken:
            return None

    def _made(self) -> Fernet:
        from cryptography.fernet import Fernet

        if self._fernet is None:
            digest = hashlib.sha256(PURPOSE + self._key.encode("utf-8", "surrogateescape")).digest()
            self._fernet = Fernet(base64.urlsafe_b64encode(digest))
        return self._fernet
