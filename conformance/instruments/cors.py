"""What a browser lets a page of another origin do: the checks of the Fetch standard, spelled out.

Pure. Each function returns what speaks against it, as the end of a sentence, or None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    Headers = Iterable[tuple[str, str]]

__all__ = ["check", "preflight", "values"]

ALLOW_ORIGIN = "access-control-allow-origin"
ALLOW_METHODS = "access-control-allow-methods"
ALLOW_HEADERS = "access-control-allow-headers"
SAFELISTED_METHODS = frozenset({"GET", "HEAD", "POST"})
NON_WILDCARD = "authorization"


def check(headers: Headers, origin: str) -> str | None:
    """The CORS check (Fetch, section 4.10), of a request without cookies."""
    came = [value for name, value in headers if name.lower() == ALLOW_ORIGIN]
    if not came:
        return f"there is no {ALLOW_ORIGIN}"
    allowed = ", ".join(came)
    if allowed in ("*", origin):
        return None
    return f"{ALLOW_ORIGIN} is {allowed!r}, and neither '*' nor exactly {origin!r}"


def preflight(
    status: int, headers: Headers, origin: str, *, method: str, names: Iterable[str]
) -> str | None:
    """The CORS-preflight fetch (Fetch, section 4.8), of a request without cookies.

    `names` are the names of the headers of the request that are not safelisted.
    """
    headers = list(headers)
    if (problem := check(headers, origin)) is not None:
        return problem
    if not 200 <= status < 300:
        return f"the status is {status}, and no success (2xx)"
    methods = values(headers, ALLOW_METHODS)
    if method not in methods and "*" not in methods and method not in SAFELISTED_METHODS:
        return f"{ALLOW_METHODS} ({', '.join(methods) or 'absent'}) has no {method}"
    allowed = {name.lower() for name in values(headers, ALLOW_HEADERS)}
    for name in sorted(each.lower() for each in names):
        # A wildcard stands for everything but the one header that carries credentials.
        if name not in allowed and ("*" not in allowed or name == NON_WILDCARD):
            return f"{ALLOW_HEADERS} ({', '.join(sorted(allowed)) or 'absent'}) has no {name}"
    return None


def values(headers: Headers, name: str) -> list[str]:
    """The items of a header that holds a list, over all its lines."""
    lines = [value for each, value in headers if each.lower() == name]
    return [item.strip() for line in lines for item in line.split(",") if item.strip()]
