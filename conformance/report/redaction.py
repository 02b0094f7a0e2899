"""Keeps credentials out of everything that is written or printed. Pure.

Two nets: the secrets that the run knows, in every spelling in which they travel, and whatever
looks like a credential, known or not.
"""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

T = TypeVar("T")

MASK = "[a credential, removed]"

SHORTEST = 6
"""A known secret that is shorter is left alone: removing it would empty the report."""

_TOKEN = r"(?:sk|bt-st)-[A-Za-z0-9_-]{6,}"
_LOOKS_LIKE_A_TOKEN = re.compile(rf"(?<![A-Za-z0-9]){_TOKEN}")
_TOKEN_BYTES = re.compile(rf"(?<![A-Za-z0-9]){_TOKEN}".encode("ascii"))
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_KEPT = r"(?!digest:|\$|\[a credential)"
_HEADER = re.compile(
    r"(?i)(\b(?:proxy-)?authorization[\"']?\s*[:=,]\s*[\"']?(?:(?:bearer|basic|token)\s+)?)"
    rf"{_KEPT}(?!(?:bearer|basic|token)\s)[^\s\"',;]+"
)
_SCHEME = re.compile(
    rf"(?i)\b((?:bearer|basic)\s+){_KEPT}(?=[^\s\"',;]*[0-9])[A-Za-z0-9._~+/=-]{{8,}}"
)
_USER_INFO = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
_SECRET_NAME = re.compile(
    r"(?i)^(?:.*[_-])?(?:authorization|cookie|key|token|secret|password|licen[cs]e)$"
)


@dataclass(frozen=True, slots=True)
class Redaction:
    """What removes the secrets of a run from text and documents."""

    secrets: frozenset[str] = frozenset()

    def learn(self, *secrets: str) -> Redaction:
        """Return a redaction that knows these as well."""
        return Redaction(self.secrets | set(secrets))

    def text(self, text: str) -> str:
        """Return the text without a credential."""
        for spelling in spellings(self.secrets):
            text = text.replace(spelling, MASK)
        text = _ENCODED.sub(_unless_it_hides_a_token, text)
        text = _LOOKS_LIKE_A_TOKEN.sub(MASK, text)
        text = _HEADER.sub(rf"\1{MASK}", text)
        text = _SCHEME.sub(rf"\1{MASK}", text)
        return _USER_INFO.sub(MASK, text)

    def document(self, value: T) -> T:
        """Return the JSON value with every string in it, also the keys, without a credential."""
        return self._document(value)  # type: ignore[return-value]

    def _document(self, value: object) -> object:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self._document(key): self._value(key, item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._document(item) for item in value]
        return value

    def _value(self, key: object, value: object) -> object:
        secret = isinstance(key, str) and _SECRET_NAME.match(key) and isinstance(value, str)
        return MASK if secret and value else self._document(value)


@lru_cache(maxsize=16)
def spellings(secrets: frozenset[str]) -> tuple[str, ...]:
    """Return every way in which these secrets may stand in a text, the longest first."""
    found = {
        spelling
        for secret in secrets
        if len(secret) >= SHORTEST
        for spelling in _spellings(secret)
        if len(spelling) >= SHORTEST
    }
    return tuple(sorted(found, key=len, reverse=True))


def _spellings(secret: str) -> Iterator[str]:
    raw = secret.encode("utf-8", "surrogatepass")
    yield secret
    yield quote(raw, safe="")
    yield json.dumps(secret)[1:-1]
    yield raw.hex()
    yield raw.hex().upper()
    for shift in range(3):
        encoded = base64.b64encode(bytes(shift) + raw).decode("ascii")
        core = encoded[(shift * 8 + 5) // 6 : (shift + len(raw)) * 8 // 6]
        yield core
        yield core.translate(_URL_SAFE)


_URL_SAFE = str.maketrans("+/", "-_")
_STANDARD = str.maketrans("-_", "+/")


def _unless_it_hides_a_token(found: re.Match[str]) -> str:
    word = found.group().rstrip("=").translate(_STANDARD)
    hidden = any(_TOKEN_BYTES.search(_decoded(word[start:])) for start in range(4))
    return MASK if hidden else found.group()


def _decoded(word: str) -> bytes:
    whole = word[:-1] if len(word) % 4 == 1 else word
    return base64.b64decode(whole + "=" * (-len(whole) % 4))
