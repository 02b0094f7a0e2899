"""How telemetry is answered by its endpoint, as OTLP/HTTP says where that is spoken there.

Nothing is decoded but what the answer needs. Protobuf is decoded whole; of OTLP in JSON only that
it is JSON, and lists of objects down to its items. What else is wrong is told to who reads.
"""

from __future__ import annotations

import asyncio
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import orjson
from google.protobuf.message import DecodeError

from mock_control_plane.decoding import (
    GZIP,
    MAX_DECODED,
    MAX_DEPTH,
    Oversized,
    Undecodable,
    UnknownEncoding,
    decompressed,
    deeper_than,
    parsed,
)
from mock_control_plane.otlp_json import check
from mock_control_plane.pprof import find_profile
from mock_control_plane.protobuf import message_class
from mock_control_plane.signals import SIGNALS

if TYPE_CHECKING:
    from starlette.types import Message

    from mock_control_plane.bodies import Body
    from mock_control_plane.wire import Profile, Row

# What is larger is decoded beside the event loop, one at a time: that bounds time and memory.
INLINE: Final = 256 * 1024
JSON: Final = b"application/json"
PROTOBUF: Final = b"application/x-protobuf"
TEXT: Final = b"text/plain; charset=utf-8"

INVALID_ARGUMENT: Final = 3
RESOURCE_EXHAUSTED: Final = 8
Status: Final[Any] = message_class({"Status": "code:1:int32 message:2:string"}, "Status")


class Answer(NamedTuple):
    """A complete answer as the two messages of ASGI that it is."""

    start: Message
    body: Message


def whole(status: int, content_type: bytes, body: bytes, *more: tuple[bytes, bytes]) -> Answer:
    """Return an answer that is sent at once."""
    headers = [(b"content-type", content_type), (b"content-length", b"%d" % len(body)), *more]
    start: Message = {"type": "http.response.start", "status": status, "headers": headers}
    return Answer(start, {"type": "http.response.body", "body": body})


# Export…ServiceResponse without a partial success is the same for every signal.
ACCEPTED: Final = {JSON: whole(200, JSON, b"{}"), PROTOBUF: whole(200, PROTOBUF, b"")}
UNSUPPORTED: Final = whole(
    415, TEXT, b"this Content-Type is not offered; send application/x-protobuf or application/json"
)


class Acknowledgements:
    """Answers for the telemetry endpoints of a profile. Belongs to one event loop."""

    def __init__(self, profile: Profile) -> None:
        self.rows = {
            (endpoint.method, endpoint.path): row
            for row in reversed(profile.telemetry)
            for endpoint in row.endpoints
        }
        self._large = asyncio.Lock()

    async def answer(self, row: Row, headers: list[tuple[bytes, bytes]], body: Body) -> Answer:
        """Return what the endpoint answers; a cut body is taken to be right in what is gone."""
        said = encoding = b""
        for name, value in headers:
            if name == b"content-type":
                said = value
            elif name == b"content-encoding":
                encoding = value
        type = _type(said) if row.format == "otlp" else JSON
        if type is None:
            return UNSUPPORTED
        if body.is_cut:
            return ACCEPTED[type]
        if len(body.content) <= INLINE:
            try:
                return _answer(row, type, encoding, body.content, INLINE)
            except Oversized:
                pass
        async with self._large:
            return await asyncio.to_thread(_large_answer, row, type, encoding, body.content)


def _answer(row: Row, type: bytes, encoding: bytes, body: bytes, limit: int) -> Answer:
    try:
        if encoding:
            body = decompressed(body, encoding.decode("latin-1"), limit)
        if row.format != "otlp":
            _check_plain(row.name, body, limit)
        elif type is PROTOBUF:
            _check_protobuf(row.name, body)
        else:
            _check_json(row.name, body)
    except Oversized:
        raise
    except UnknownEncoding as problem:
        return whole(415, TEXT, str(problem).encode(), (b"accept-encoding", b"gzip, deflate"))
    except Undecodable as problem:
        return _refusal(row, type, 400, INVALID_ARGUMENT, problem)
    return ACCEPTED[type]


def _large_answer(row: Row, type: bytes, encoding: bytes, body: bytes) -> Answer:
    try:
        return _answer(row, type, encoding, body, MAX_DECODED)
    except Oversized as problem:
        return _refusal(row, type, 413, RESOURCE_EXHAUSTED, problem)


@lru_cache(maxsize=1024)
def _type(said: bytes) -> bytes | None:
    media_type = said.partition(b";")[0].strip().lower()
    return next((type for type in ACCEPTED if type == media_type), None)


def _check_protobuf(kind: str, body: bytes) -> None:
    for signal in _signals(kind):
        try:
            signal.request.FromString(body)
        except DecodeError:
            continue
        return
    raise Undecodable(f"the body cannot be decoded as the protobuf of an export of {kind}")


def _check_json(kind: str, body: bytes) -> None:
    value = _value(body)
    for signal in _signals(kind):
        if (problem := check(value, signal.kind)) is not None:
            raise Undecodable(f"the body cannot be decoded as an export of {kind}: {problem}")


def _signals(kind: str) -> list[Any]:
    """Give the signal of a kind; a profile may say that others are spoken in OTLP, in any."""
    return [SIGNALS[kind]] if kind in SIGNALS else list(SIGNALS.values())


def _check_plain(kind: str, body: bytes, limit: int) -> None:
    if kind == "memprof" and body.startswith(GZIP):
        body = decompressed(body, "gzip", limit)
    try:
        _value(body)
    except Undecodable:
        if kind != "memprof" or find_profile(body) is None:
            raise


def _value(body: bytes) -> object:
    """Parse JSON fast where that is enough; the slower parser has the last word, and the reason."""
    try:
        value: object = orjson.loads(body)
    except orjson.JSONDecodeError:  # also for what it is stricter about, as a lone surrogate
        return parsed(body)
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and deeper_than(value, MAX_DEPTH):
        return parsed(body)
    return value


def _refusal(row: Row, type: bytes, status: int, code: int, problem: Undecodable) -> Answer:
    if row.format != "otlp":
        return whole(status, TEXT, str(problem).encode())
    if type is PROTOBUF:
        return whole(status, type, Status(code=code, message=str(problem)).SerializeToString())
    return whole(status, type, json.dumps({"code": code, "message": str(problem)}).encode())
