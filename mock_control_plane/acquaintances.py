"""Acquaintances: whose credentials go through a relay, learned from what the upstream answers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import httpx

from mock_control_plane.entry import Principal

if TYPE_CHECKING:
    from mock_control_plane.hops import Headers

SELF: Final = "/api/self/me"
IMPERSONATE: Final = b"x-bt-impersonate-user"
STRANGER: Final = Principal("unknown")
NOBODY: Final = Principal("none")
MAX_KNOWN: Final = 10_000
MAX_ANSWER: Final = 1024 * 1024


class Acquaintances:
    """Users by the digests of their credentials. Belongs to the thread of the event loop."""

    def __init__(self) -> None:
        self._users: dict[str, str] = {}

    def principal(self, credential: str | None) -> Principal:
        """Tell whose credential a digest stands for, as far as that is known."""
        if credential is None:
            return NOBODY
        user = self._users.get(credential)
        return STRANGER if user is None else Principal("user", user)

    def learn(self, credential: str, headers: Headers, answer: bytes) -> None:
        """Take in what the upstream said to somebody who asked who he is."""
        try:
            content = httpx.Response(200, headers=headers, content=answer).content
            user = json.loads(content)["id"]
        except (ValueError, LookupError, TypeError, RecursionError, httpx.DecodingError):
            return
        if isinstance(user, str):
            self._users[credential] = user
            if len(self._users) > MAX_KNOWN:
                del self._users[next(iter(self._users))]


def introduces(path: str, headers: Headers) -> bool:
    """Tell whether the answer to a request says whose credential it carries."""
    return path == SELF and all(name != IMPERSONATE for name, _ in headers)
