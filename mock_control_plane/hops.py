"""Headers on their way through a relay, as RFC 9110 (7.6) has it: what ends at each hop stays."""

from __future__ import annotations

from typing import Final

Headers = list[tuple[bytes, bytes]]

HOP_BY_HOP: Final = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
VIA: Final = (b"via", b"1.1 mock-control-plane")


def onward(headers: Headers, host: bytes) -> Headers:
    """Return the headers of a request as the upstream gets them."""
    return [(b"host", host), *(each for each in _kept(headers) if each[0] != b"host"), VIA]


def back(headers: Headers, status: int) -> Headers:
    """Return the headers of an answer as the client gets them."""
    kept = _kept([(name.lower(), value) for name, value in headers])
    # Such an answer has no body, and a server that is told a length waits for one.
    unsized = status in (204, 304)
    return [each for each in kept if not (unsized and each[0] == b"content-length")]


def length_of(headers: Headers) -> int | None:
    """Return how many bytes of body are promised, None if that is open."""
    for name, value in headers:
        if name.lower() == b"content-length" and value.isdigit():
            return int(value)
    return None


def has_body(headers: Headers) -> bool:
    """Tell whether a request comes with a body."""
    chunked = any(name == b"transfer-encoding" for name, _ in headers)
    return chunked or bool(length_of(headers))


def _kept(headers: Headers) -> Headers:
    named = {
        option.strip().lower()
        for name, value in headers
        if name == b"connection"
        for option in value.split(b",")
    }
    return [each for each in headers if each[0] not in HOP_BY_HOP and each[0] not in named]
