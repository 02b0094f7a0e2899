"""Telemetry in JSON, whatever its path says: OTLP by its names, usage by its events."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.json_format import ParseDict, ParseError

from mock_control_plane.sighting import Finding
from mock_control_plane.signals import SIGNALS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mock_control_plane.signals import Signal

# More requests in a list are not looked at.
MAX_REQUESTS: Final = 1000
EVENT: Final = ("event_name", "idempotency_key", "external_customer_id")
IDS: Final = ("traceId", "spanId", "parentSpanId")


def find_in_json(value: object, endpoint: str | None, *, thorough: bool) -> list[Finding]:
    """Return what a JSON value holds, kind by kind; a list may hold several requests."""
    requests = [each for each in _requests(value) if isinstance(each, dict)]
    found = []
    for signal in SIGNALS.values():
        resources = [each for request in requests for each in _resources(request, signal)]
        if resources or any(request.get(signal.names[0]) == [] for request in requests):
            finding = _finding(signal, resources, thorough)
            problem = _misnamed(value, signal) or finding.problem
            found.append(replace(finding, problem=problem))
    return [*found, *_usage(requests, endpoint)]


def check(value: object, kind: str) -> str | None:
    """Return what keeps a value from being an export request, as far as is seen from outside."""
    if not isinstance(value, dict):
        return "the request is not a JSON object"
    level: list[Any] = [value]
    for name in SIGNALS[kind].names:
        level = [inner for each in level for inner in _listed(each.get(name))]
        if not all(isinstance(each, dict) for each in level):
            return f"{name} is not a list of objects"
    return None


def _requests(value: object) -> list[object]:
    return value[:MAX_REQUESTS] if isinstance(value, list) else [value]


def _listed(value: object) -> list[Any]:
    """Give the elements of a list; what is none stands for itself, and nothing for null."""
    if value is None:
        return []
    return value if isinstance(value, list) else [str(value)]


def _resources(request: dict[str, Any], signal: Signal) -> Iterator[Any]:
    """Give the resources that hold this signal, under whichever name they stand."""
    for other in SIGNALS.values():
        named = request.get(other.names[0], request.get(other.snake_names[0]))
        for resource in _listed(named):
            inside = [
                each.kind
                for each in SIGNALS.values()
                if isinstance(resource, dict) and each.names[1] in resource
            ]
            if signal.kind in (inside or [other.kind]):
                yield resource


def _misnamed(value: object, signal: Signal) -> str | None:
    if isinstance(value, list):
        return "several requests in a list; one request holds one object"
    snake = signal.snake_names[0]
    if isinstance(value, dict) and snake in value:
        return f"it is called {snake}, and in JSON {signal.names[0]}"
    return None


def _finding(signal: Signal, resources: list[Any], thorough: bool) -> Finding:
    request = {signal.names[0]: resources}
    problem = check(request, signal.kind)
    if problem is not None:
        return Finding(signal.kind, 0, problem, request if thorough else None)
    scopes = [scope for each in resources for scope in _listed(each.get(signal.names[1]))]
    items = sum(len(_listed(each.get(signal.names[2]))) for each in scopes)
    if not thorough:
        return Finding(signal.kind, items)
    return Finding(signal.kind, items, _problem(signal, request), request)


def _problem(signal: Signal, request: dict[str, Any]) -> str | None:
    try:
        message: Any = ParseDict(_with_ids(request), signal.request(), ignore_unknown_fields=True)
    except (ParseError, ValueError, TypeError, AttributeError) as problem:
        return f"it cannot be decoded as {signal.request.DESCRIPTOR.name}: {problem}"
    complaints = (signal.lack(item) for item in signal.items_of(message))
    return next((each for each in complaints if each is not None), None)


def _with_ids(value: Any) -> Any:
    """Give ids as protobuf's JSON has them, in base64; OTLP has them in hexadecimal digits."""
    if isinstance(value, list):
        return [_with_ids(each) for each in value]
    if isinstance(value, dict):
        return {
            key: _base64(each) if key in IDS else _with_ids(each) for key, each in value.items()
        }
    return value


def _base64(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return base64.b64encode(binascii.unhexlify(value)).decode("ascii")
    except (binascii.Error, ValueError):
        raise ValueError(f"the id {value[:40]!r} is not written in hexadecimal digits") from None


def _usage(requests: list[dict[str, Any]], endpoint: str | None) -> list[Finding]:
    lists = [each["events"] for each in requests if isinstance(each.get("events"), list)]
    events = [event for each in lists for event in each]
    expected = endpoint == "usage" and bool(lists)
    if not expected and not any(_is_event(event) for event in events):
        return []
    problem = None if all(isinstance(each, dict) for each in events) else "an event is no object"
    return [Finding("usage", len(events), problem, {"events": events})]


def _is_event(value: object) -> bool:
    return isinstance(value, dict) and any(isinstance(value.get(name), str) for name in EVENT)
