"""Single values of the command line: URLs, endpoints, commands, headers and secrets."""

from __future__ import annotations

import re
import shlex
from urllib.parse import urlsplit

from conformance.errors import UsageProblem

__all__ = ["command", "endpoint", "header", "secret", "url"]

TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
VISIBLE = re.compile(r"[\x21-\x7e]+")
FIELD_VALUE = re.compile(r"[\x20-\x7e\t]*")


def url(flag: str, text: str) -> str:
    """An absolute http or https URL without query, fragment and user, without a final slash."""
    try:
        parts = urlsplit(text)
        well_formed = parts.scheme in ("http", "https") and bool(parts.hostname)
        well_formed = well_formed and (parts.port is None or parts.port > 0)
    except ValueError:
        well_formed = False
    if not well_formed:
        raise UsageProblem(f"{flag} {text}: expected a URL such as https://api.example.com.")
    if parts.username is not None or parts.password is not None:
        raise UsageProblem(f"{flag}: a URL with a user or password in it is not accepted.")
    if parts.query or parts.fragment:
        raise UsageProblem(f"{flag} {text}: expected a URL without a query and a fragment.")
    return text.rstrip("/")


def endpoint(flag: str, text: str) -> tuple[str, int]:
    """A HOST:PORT to listen on; port 0 lets the system choose."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise UsageProblem(f"{flag} {text}: expected HOST:PORT, such as 0.0.0.0:8080.")
    return host.strip("[]"), int(port)


def command(flag: str, text: str) -> str:
    """A command that a shell's rules of quoting can split."""
    try:
        words = shlex.split(text)
    except ValueError as problem:
        raise UsageProblem(f"{flag} {text}: cannot be split into words ({problem}).") from problem
    if not words:
        raise UsageProblem(f"{flag}: the command is empty.")
    return text


def header(flag: str, text: str) -> tuple[str, str]:
    """A header as NAME:VALUE; the message never repeats the value, which may be a secret."""
    name, colon, value = text.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not TOKEN.fullmatch(name) or not FIELD_VALUE.fullmatch(value):
        raise UsageProblem(f"{flag}: expected NAME:VALUE in plain ASCII, such as X-Team:search.")
    if name.lower() == "authorization":
        raise UsageProblem(
            f"{flag}: Authorization carries the key of each request; give --dataplane-api-key."
        )
    return name, value


def secret(flag: str, text: str | None) -> str | None:
    """A key as it can stand in a header; the message never repeats it."""
    if text and not VISIBLE.fullmatch(text):
        raise UsageProblem(f"{flag}: the key has blanks or other characters that no key has.")
    return text or None
