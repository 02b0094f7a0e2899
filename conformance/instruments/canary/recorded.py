"""A recorded request as pieces: path, query, names and values of headers, body and its parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from conformance.instruments.canary.detector import Detector, Piece, Report
from conformance.instruments.canary.planted import SHORTEST

if TYPE_CHECKING:
    from collections.abc import Iterator

BOUNDARY = re.compile(r'boundary="?([^";,]{1,70})', re.IGNORECASE)
BLANK_LINE = re.compile(rb"\r?\n\r?\n")
MOST_CODINGS = 3


class Recorded(Protocol):
    """What must be known of a request; an entry of the journal has it all."""

    @property
    def path(self) -> str:
        """The path as it stood in the request line."""

    @property
    def query(self) -> str:
        """The query as it stood in the request line."""

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """The names and values of the headers, in their order."""

    @property
    def body(self) -> bytes:
        """The body as it was sent, as far as it was kept."""

    @property
    def body_size(self) -> int:
        """The size of the body as it was sent."""


def search_request(request: Recorded, detector: Detector) -> Report:
    """Return what is in any part of a request; what of the body was not kept is unread."""
    pieces = [
        *_target(request, detector.limits.depth),
        *_headers(request, detector.limits.depth),
        _body(request, detector.limits.depth),
    ]
    return detector.search_pieces(pieces, cut=request.body_size > len(request.body))


def _target(request: Recorded, depth: int) -> Iterator[Piece]:
    path, query = _bytes(request.path), _bytes(request.query)
    yield Piece("the path", path, (), depth)
    for segment in path.split(b"/"):
        # A slash is a digit of base64 too, so segments of their own have a beginning and an end.
        if SHORTEST <= len(segment) < len(path) - 1:
            yield Piece("the path", segment, (), depth)
    yield Piece("the query", query, (), depth)


def _headers(request: Recorded, depth: int) -> Iterator[Piece]:
    for name, value in request.headers:
        yield Piece("the name of a header", _bytes(name), (), depth)
        yield Piece(f"the header {name.lower()}", _bytes(value), (), depth)


def _body(request: Recorded, depth: int) -> Piece:
    headers = {name.lower(): value for name, value in request.headers}
    codings = headers.get("content-encoding", "").count(",") + ("content-encoding" in headers)
    parts = _parts(request.body, headers.get("content-type", ""))
    # How the body travels is no place to hide in: it does not count as depth.
    further = min(codings, MOST_CODINGS)
    return Piece("the body", request.body, (request.body, *parts), depth + further)


def _parts(body: bytes, content_type: str) -> list[bytes]:
    boundary = BOUNDARY.search(content_type) if "multipart/" in content_type.lower() else None
    if boundary is None:
        return []
    delimiter = rb"\r?\n--" + re.escape(_bytes(boundary[1]))
    sections = [BLANK_LINE.split(part, 1) for part in re.split(delimiter, b"\n" + body)]
    return [section[1] for section in sections if len(section) == 2]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
