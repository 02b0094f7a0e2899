"""OTLP in protobuf, whatever its path says: which signals, how many items, well formed or not.

Requests of the three signals are alike but for their items, so each item is told by itself; one
that could be of several signals, or of none, is not guessed at.
"""

from __future__ import annotations

import base64
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from opentelemetry.proto.resource.v1.resource_pb2 import Resource

from mock_control_plane.sighting import UNKNOWN, Finding
from mock_control_plane.signals import LENGTH, SIGNALS, fields, is_known_throughout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from google.protobuf.message import Message

    from mock_control_plane.signals import Signal

# Resources, scopes and items beyond these are not looked at: millions of empty ones cost minutes.
MAX_PARTS: Final = 20_000
IDS: Final = ("traceId", "spanId", "parentSpanId")


def find_signals(data: bytes, endpoint: str | None, *, thorough: bool) -> list[Finding]:
    """Return what a body holds, signal by signal.

    `endpoint` is the kind that its path stands for: it has what the content does not tell. Only a
    thorough search finds what is wrong with the whole, and gives documents.
    """
    search = _Search(thorough)
    for resource in islice(_values(data, 1), MAX_PARTS):
        search.resource(resource)
    if search.told:
        return [search.finding(signal, data) for signal in search.told]
    if search.untold and endpoint in SIGNALS:
        signal, items = SIGNALS[endpoint], search.untold
        problem = signal.complaint(items[0]) or _undecodable(signal, data)
        return [Finding(endpoint, len(items), problem, told=False)]
    if search.is_otlp:
        problem = "it is OTLP, and nothing in it tells metrics, logs and traces from each other"
        return [Finding(UNKNOWN, len(search.untold), problem)]
    return []


class _Search:
    """One body while it is looked through."""

    def __init__(self, thorough: bool) -> None:
        self.thorough = thorough
        self.left = MAX_PARTS
        self.told: dict[Signal, int] = {}
        self.untold: list[bytes] = []
        self.is_otlp = False
        self.resources: dict[Signal, list[dict[str, Any]]] = {}

    def resource(self, data: bytes) -> None:
        self.left -= 1
        shell, scopes = self.parted(data)
        self.is_otlp = self.is_otlp or _has_attributes(shell)
        found: dict[Signal, list[dict[str, Any]]] = {}
        for scope, _ in scopes:
            self.scope(scope, found)
        for signal, documents in found.items():
            document = MessageToDict(signal.resource.FromString(shell))
            document[signal.names[1]] = documents
            self.resources.setdefault(signal, []).append(document)

    def scope(self, data: bytes, found: dict[Signal, list[dict[str, Any]]]) -> None:
        shell, items = self.parted(data)
        told: dict[Signal, list[Message]] = {}
        for item, whole in items:
            candidates = _candidates(item)
            # What is missing may be just what tells an item of one signal from that of another.
            if len(candidates) == 1 and whole:
                signal, message = candidates[0]
                told.setdefault(signal, []).append(message)
            else:
                self.untold.append(item)
                self.is_otlp = self.is_otlp or bool(candidates)
        for signal, messages in told.items():
            self.told[signal] = self.told.get(signal, 0) + len(messages)
            if self.thorough:
                document = MessageToDict(signal.scope.FromString(shell))
                document[signal.names[2]] = [_readable(MessageToDict(each)) for each in messages]
                found.setdefault(signal, []).append(document)

    def parted(self, data: bytes) -> tuple[bytes, list[tuple[bytes, bool]]]:
        """Part what a resource or a scope holds, and whether that is whole, from what it is."""
        shell = bytearray()
        held = []
        for field in islice(fields(data), max(0, self.left)):
            if field.number == 2 and field.type == LENGTH:
                held.append((data[field.value : field.end], field.whole))
            else:
                shell += data[field.start : field.end]
        self.left -= len(held)
        return bytes(shell), held

    def finding(self, signal: Signal, data: bytes) -> Finding:
        items = self.told[signal]
        if not self.thorough:
            return Finding(signal.kind, items)
        problem: str | None
        if self.untold:
            problem = signal.complaint(self.untold[0]) or "an item could be of several signals"
        elif len(self.told) > 1:
            problem = f"one request holds {' and '.join(each.kind for each in self.told)}"
        else:
            problem = _undecodable(signal, data)
        return Finding(signal.kind, items, problem, {signal.names[0]: self.resources[signal]})


def _candidates(item: bytes) -> list[tuple[Signal, Message]]:
    read = [(signal, signal.read(item)) for signal in SIGNALS.values()]
    fitting = [(signal, message) for signal, message in read if message is not None]
    if len(fitting) < 2:
        return fitting
    known = [(signal, message) for signal, message in fitting if is_known_throughout(message)]
    return known or fitting


def _undecodable(signal: Signal, data: bytes) -> str | None:
    try:
        signal.request.FromString(data)
    except DecodeError:
        return f"it cannot be decoded as {signal.request.DESCRIPTOR.name}"
    return None


def _values(data: bytes, number: int) -> Iterator[bytes]:
    for field in fields(data):
        if field.number == number and field.type == LENGTH:
            yield data[field.value : field.end]


def _has_attributes(shell: bytes) -> bool:
    for value in _values(shell, 1):
        try:
            resource = Resource.FromString(value)
        except DecodeError:
            return False
        if resource.attributes and is_known_throughout(resource):
            return all(each.key for each in resource.attributes)
    return False


def _readable(value: Any) -> Any:
    """Give ids as OTLP writes them in JSON, in hexadecimal digits."""
    if isinstance(value, list):
        return [_readable(each) for each in value]
    if isinstance(value, dict):
        return {
            key: _hexadecimal(each) if key in IDS else _readable(each)
            for key, each in value.items()
        }
    return value


def _hexadecimal(value: str) -> str:
    return base64.b64decode(value).hex()
