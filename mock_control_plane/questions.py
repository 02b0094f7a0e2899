"""What the inspection API is asked, read and checked; and how it answers.

Which questions there are is `inspection`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import JSONResponse

from mock_control_plane import __version__
from mock_control_plane.reading import Selection
from mock_control_plane.sighting import UNKNOWN
from mock_control_plane.wire import TELEMETRY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.responses import Response

MARK: Final = {"x-mock-control-plane": __version__}
LISTS: Final = ("organizations", "rights")
CURSOR: Final = ("after", "limit", "count", "deadline", "follow")


class BadQuestion(ValueError):
    """What was sent to the inspection API cannot be understood; one sentence."""


async def object_of(request: Request, what: str = "any fields") -> dict[str, Any]:
    """Return the JSON object that was sent, whatever is in it."""
    body = await request.body()
    try:
        sent = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        raise BadQuestion(f"the body is not a JSON object; expected one with {what}")
    return sent


async def fields_of(request: Request, *known: str, required: str | None = None) -> dict[str, Any]:
    """Return the JSON object that was sent; it may have the known fields and no other."""
    sent = await object_of(request, ", ".join(known))
    for name, value in sent.items():
        if name not in known:
            raise BadQuestion(f"there is no field {name!r} here; expected {', '.join(known)}")
        fits, what = (_are_texts, "a list of texts") if name in LISTS else (_is_text, "a text")
        if not fits(value):
            raise BadQuestion(f"the field {name!r} is {value!r}; expected {what}")
    if required is not None and not sent.get(required):
        raise BadQuestion(f"the field {required!r} is missing; it must be a text")
    return sent


def selection_of(request: Request, realm: str) -> Selection:
    """Return which entries of a realm are asked for."""
    filters = {name: value for name, value in request.query_params.items() if name not in CURSOR}
    return Selection.parse(realm, int(number_of(request, "after", 0)), filters)


def telemetry_of(request: Request, realm: str) -> Selection:
    """Return which telemetry of a realm is asked for: filters of entries, and a `kind`."""
    known = (*TELEMETRY, UNKNOWN)
    filters = {name: value for name, value in request.query_params.items() if name not in CURSOR}
    kind = filters.pop("kind", None)
    if kind is not None and kind not in known:
        raise BadQuestion(f"there is no telemetry of kind {kind!r}; expected {', '.join(known)}")
    filters["classification"] = "telemetry" if kind is None else f"telemetry:{kind}"
    return Selection.parse(realm, int(number_of(request, "after", 0)), filters)


def number_of(request: Request, name: str, default: float) -> float:
    """Return a number, not negative, from the query."""
    text = request.query_params.get(name)
    try:
        value = default if text is None else float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value < 1e15:
        raise BadQuestion(f"{name} is {text!r}; expected a number that is not negative")
    return value


def answer(row: Mapping[str, object], status: int = 200) -> Response:
    """Return a JSON object as an answer of the inspection API."""
    return JSONResponse(row, status, headers=MARK)


def refusal(problem: Exception, status: int) -> Response:
    """Return a problem as an answer: its sentence and its kind."""
    return answer({"error": str(problem), "kind": type(problem).__name__}, status)


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
