"""Which kinds of telemetry a request carries, and whether they are well formed. No HTTP.

The content decides, on any path; the path is believed only where the content tells nothing else.
What a request is answered is `acknowledging`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from mock_control_plane.decoding import GZIP, Undecodable, decompressed, parsed
from mock_control_plane.otlp import find_signals
from mock_control_plane.otlp_json import find_in_json
from mock_control_plane.pprof import document, find_profile, samples
from mock_control_plane.sighting import Finding, Sighting
from mock_control_plane.signals import SIGNALS

if TYPE_CHECKING:
    from mock_control_plane.entry import Entry
    from mock_control_plane.wire import Profile

# A document is about ten times as large as its body.
MAX_DOCUMENT: Final = 4 * 1024 * 1024
CUT: Final = re.compile(rb'\s*\{\s*"resource(Metrics|Logs|Spans)"')
CUT_KINDS: Final = {b"Metrics": "metrics", b"Logs": "logs", b"Spans": "traces"}


@dataclass(frozen=True, slots=True)
class Request:
    """What is looked at of a request; an entry has it as well. Names of headers in lower case."""

    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    body_size: int

    def header(self, name: str) -> str | None:
        """Return the first value of a header."""
        return next((value for key, value in self.headers if key == name), None)


@dataclass(frozen=True, slots=True)
class _Content:
    """A body as it was meant, and what was wrong with the way that it came."""

    data: bytes
    problem: str | None = None
    peeled: bool = False


def sight(request: Request | Entry, profile: Profile) -> tuple[Sighting, ...]:
    """Return all telemetry in a request, each kind once; nothing if it carries none."""
    endpoint = profile.telemetry_kind(request.method, request.path)
    content = _content(request)
    encoding, found = _found(content, endpoint, thorough=True)
    if not found and endpoint is not None:
        found = [_expected(content, endpoint, encoding)]
    return tuple(
        Sighting(
            kind=each.kind,
            endpoint_kind=endpoint,
            told_by="content" if each.told else "path",
            problem=content.problem
            or each.problem
            or _mislabelled(request, each, encoding, content),
            encoding=encoding,
            items=each.items,
            document=each.document,
        )
        for each in found
    )


def classified(request: Request | Entry, profile: Profile) -> str:
    """Return what a request is: `telemetry:<kind>[,<kind>…]` by its content wherever it has any.

    Without it what its method and path say: login, metadata, provisioning, or unknown.
    """
    endpoint = profile.telemetry_kind(request.method, request.path)
    _, found = _found(_content(request), endpoint, thorough=False)
    if found:
        return f"telemetry:{','.join(each.kind for each in found)}"
    return profile.classify(request.method, request.path)


def is_classified(classification: str, wanted: str) -> bool:
    """Tell whether an entry so classified is wanted: of several kinds each counts.

    "telemetry" alone stands for every kind.
    """
    family, _, kinds = classification.partition(":")
    wanted_family, _, kind = wanted.partition(":")
    return family == wanted_family and (kind in kinds.split(",") or not kind)


def _content(request: Request | Entry) -> _Content:
    cut = request.body_size - len(request.body)
    problem = f"the body was kept without its last {cut} bytes" if cut else None
    try:
        data = decompressed(request.body, request.header("content-encoding") or "")
        if data.startswith(GZIP):
            return _Content(decompressed(data, "gzip"), problem, peeled=True)
    except Undecodable as refused:
        return _Content(request.body, problem or str(refused))
    return _Content(data, problem)


def _found(content: _Content, endpoint: str | None, *, thorough: bool) -> tuple[str, list[Finding]]:
    """Find telemetry, and say which encoding it is in."""
    data = content.data
    thorough = thorough and len(data) <= MAX_DOCUMENT
    try:
        value = parsed(data)
    except Undecodable:
        return _found_in_binary(data, endpoint, thorough)
    found = find_in_json(value, endpoint, thorough=thorough)
    if not found and _is_profile(value):
        found = [Finding("memprof", 0)]
    if not found and endpoint in ("status", "memprof") and thorough:
        found = [Finding(endpoint, 1, document=value, told=False)]
    return "json", found


def _found_in_binary(
    data: bytes, endpoint: str | None, thorough: bool
) -> tuple[str, list[Finding]]:
    if found := find_signals(data, endpoint, thorough=thorough):
        return "protobuf", found
    if (profile := find_profile(data)) is not None:
        shown = document(profile) if thorough else None
        return "pprof", [Finding("memprof", samples(profile), document=shown)]
    if cut := CUT.match(data):
        return "json", [Finding(CUT_KINDS[cut[1]], 0, "the body is not JSON")]
    return ("other" if data else "none"), []


def _is_profile(value: object) -> bool:
    """Tell whether a JSON value has the shape of pprof."""
    return isinstance(value, dict) and any(
        isinstance(value.get(types), list) and isinstance(value.get(strings), list)
        for types, strings in (("sampleType", "stringTable"), ("sample_type", "string_table"))
    )


def _expected(content: _Content, endpoint: str, encoding: str) -> Finding:
    """Return what the path says, where the content says nothing."""
    problem: str | None = None
    if endpoint in SIGNALS:
        if encoding == "other":
            problem = f"it cannot be decoded as {SIGNALS[endpoint].request.DESCRIPTOR.name}"
        elif encoding == "json" and parsed(content.data) != {}:
            problem = f"it has no {SIGNALS[endpoint].names[0]}"
    elif endpoint == "usage":
        problem = "it is not a JSON object with a list of events"
    elif encoding != "json":
        problem = "it is not JSON" if endpoint == "status" else "it is neither pprof nor JSON"
    return Finding(endpoint, 0, problem, told=False)


def _mislabelled(
    request: Request | Entry, found: Finding, encoding: str, content: _Content
) -> str | None:
    """Return what is wrong with the headers of a request for what its body is."""
    if found.kind == "memprof" and encoding != "json":
        return None
    if content.peeled:
        return "it is gzip, and no Content-Encoding says so"
    wanted = "application/json" if encoding == "json" else "application/x-protobuf"
    said = (request.header("content-type") or "").partition(";")[0].strip().lower()
    if said == wanted or (encoding == "none" and found.kind in SIGNALS):
        return None
    return f"its Content-Type is {said!r} and not {wanted!r}"
