"""Reading what clients send: JSON that can be stored and answered again, ids, numbers, flags."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING

from conformance.reference.problems import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

DEEPEST = 100
HIGHEST_LIMIT = 10_000
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


def parse(body: bytes) -> dict[str, object]:
    """Return the JSON object in a body; an empty body is an empty object."""
    if not body.strip():
        return {}
    try:
        value = json.loads(body, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"The body is not JSON that can be read: {error}") from error
    if not isinstance(value, dict):
        raise BadRequest(f"The body must be a JSON object, not {type(value).__name__}")
    if body.count(b"{") + body.count(b"[") > DEEPEST and _depth(value) > DEEPEST:
        raise BadRequest(f"The body is nested deeper than {DEEPEST} levels")
    return value


def identifier(value: object, *path: str) -> str:
    """Return a UUID in lower case, or refuse the request as a validator of the real one does."""
    if isinstance(value, str) and _UUID.fullmatch(value):
        return value.lower()
    raise invalid("Invalid uuid", *path, code="invalid_string")


def invalid(message: str, *path: str, code: str = "invalid_type") -> BadRequest:
    """Return the refusal of one member of a request, as a list of issues."""
    issue = {"code": code, "path": list(path), "message": message}
    return BadRequest(json.dumps([issue], indent=2))


def text(body: Mapping[str, object], name: str) -> str:
    """Return a member that must be text which can be stored and shown."""
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise invalid("Required: a string that is not empty", name)
    if not storable(value):
        raise invalid("A string may hold neither NUL nor lone surrogates", name)
    return value


def optional_text(body: Mapping[str, object], name: str) -> str | None:
    """Return a member that may be absent or null, and is text otherwise."""
    return None if body.get(name) is None else text(body, name)


def objects(body: Mapping[str, object], name: str) -> list[dict[str, object]]:
    """Return a member that must be an array of objects."""
    value = body.get(name)
    if not isinstance(value, list):
        raise invalid("Expected array", name)
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            raise invalid("Expected object", name, str(index))
    return value


def count(value: object, name: str) -> int | None:
    """Return a number of things asked for, from a query or a body; None if there is none."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"\+?[0-9]{1,18}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise invalid("Expected an integer that is not negative", name)
    return min(value, HIGHEST_LIMIT)


def storable(value: str) -> bool:
    """Tell whether a string can be kept in a database and in UTF-8."""
    return "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)


def _finite(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise ValueError(f"the number {digits[:20]} is too large")
    return value


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is not JSON")


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level:
        depth += 1
        level = [
            inner
            for each in level
            if isinstance(each, (dict, list))
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
    return depth
