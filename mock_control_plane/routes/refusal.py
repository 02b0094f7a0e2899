"""Refusals in the words of the real control plane: text, and behind it in brackets who and when."""

from __future__ import annotations

import json
import secrets
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from mock_control_plane.identities import User

BAD_KEY: Final = (
    "Failed to validate Cognito JWT: Error: JWT string does not consist of exactly 3 parts"
    " (header, payload, signature)"
)
NO_KEY: Final = "Unauthorized: the request carries no API key and no token"
BEYOND_RIGHTS: Final = (
    "Forbidden: this service token may read projects and what lies in them if that is among its"
    " rights, and may do nothing else"
)


class Refusal(Exception):
    """An answer that is not a success; its text is what the client gets to read."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


def missing(kind: str, value: str, *, by: str = "id", access: str = "read") -> Refusal:
    """Refuse an object that does not exist, or that the caller may not know of."""
    return Refusal(
        400, f"Missing {access} access to {kind} {by} {value}, or the {kind} does not exist"
    )


def invalid(issues: Sequence[Mapping[str, object]]) -> Refusal:
    """Refuse a request whose fields are wrong, with the list of what is wrong."""
    return Refusal(400, json.dumps(issues, indent=2))


def wrong_type(path: str, expected: str, value: object) -> dict[str, object]:
    """Describe a field that is missing or of another type."""
    received = _type_name(value)
    message = f"Expected {expected}, received {received}"
    return {
        "code": "invalid_type",
        "expected": expected,
        "received": received,
        "path": [path] if path else [],
        "message": message,
    }


def absent(path: str, expected: str = "string") -> dict[str, object]:
    """Describe a required field that is missing."""
    return {
        "code": "invalid_type",
        "expected": expected,
        "received": "undefined",
        "path": [path],
        "message": "Required",
    }


def not_a_uuid(path: str) -> dict[str, object]:
    """Describe an id that is none."""
    return {
        "validation": "uuid",
        "code": "invalid_string",
        "message": "Invalid uuid",
        "path": [path],
    }


def custom(path: str, message: str) -> dict[str, object]:
    """Describe a field that is wrong in a way of its own."""
    return {"code": "custom", "message": message, "path": [path]}


def request_id() -> str:
    """Return an id in the form that the real control plane's edge gives to requests."""
    return f"iad1::{secrets.token_hex(3)[:5]}-{time.time_ns() // 1_000_000}-{secrets.token_hex(6)}"


def suffix(user: User | None, organization: str | None, id: str) -> str:
    """Say in brackets whose request was refused, and when."""
    who = "" if user is None else f"[user_email={user.email}] [user_org={organization}] "
    return f" {who}[timestamp={time.time():.3f}] [request_id={id}]"


def _type_name(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names = {str: "string", dict: "object", list: "array", int: "number", float: "number"}
    return names.get(type(value), "undefined")
