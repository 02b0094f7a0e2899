"""Credentials in requests: found, and kept as their digests only."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from mock_control_plane.entry import digest_of

# The one request whose body may hold a credential too.
LOGIN: Final = "/api/apikey/login"
# In the order in which they are believed.
CREDENTIALS: Final = (b"authorization", b"x-bt-auth-token", b"x-api-key")
SECRETS: Final = frozenset({*CREDENTIALS, b"proxy-authorization", b"cookie"})
# Only what stands behind one of these words is the secret itself.
SCHEMES: Final = frozenset({"bearer", "basic", "token"})
# Some clients repeat the key in the body of a login: JSON or not, it is found.
TOKEN: Final = re.compile(rb'(?<="token")(\s*:\s*")((?:[^"\\]|\\.)+)')


def kept_headers(headers: list[tuple[bytes, bytes]]) -> tuple[bytes, dict[bytes, str]]:
    """Return header lines without secrets, and the first value of each that holds one."""
    lines = []
    found: dict[bytes, str] = {}
    for name, value in headers:
        if name in SECRETS:
            found.setdefault(name, value.decode("latin-1"))
            value = redacted(value)
        lines.append(name + b": " + value)
    return b"\n".join(lines), found


@lru_cache(maxsize=1024)
def redacted(value: bytes) -> bytes:
    """Return what stands for the value of a header that holds a credential."""
    scheme, secret = _parted(value.decode("latin-1"))
    return f"{scheme} digest:{digest_of(secret)}".lstrip().encode("latin-1")


@lru_cache(maxsize=1024)
def digest(credential: str) -> str:
    """Return the digest of the credential in the value of a header."""
    return digest_of(_parted(credential)[1])


def _parted(credential: str) -> tuple[str, str]:
    scheme, _, secret = credential.strip().partition(" ")
    return (scheme, secret.strip()) if scheme.lower() in SCHEMES else ("", credential.strip())


def without_token(body: bytes) -> tuple[bytes, str | None]:
    """Return the body of a login without its token, and the token as a header would hold it."""
    match = TOKEN.search(body)
    if match is None:
        return body, None
    kept = TOKEN.sub(lambda each: each[1] + redacted(each[2]), body)
    return kept, f"Bearer {match[2].decode('latin-1')}"
