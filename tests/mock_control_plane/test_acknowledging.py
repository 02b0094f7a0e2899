"""Telemetry is answered as OTLP/HTTP says, and elsewhere refused only if it cannot be read."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from mock_control_plane import acknowledging
from mock_control_plane.acknowledging import Acknowledgements, Answer, Status
from mock_control_plane.bodies import Allowance, Body
from mock_control_plane.decoding import MAX_DECODED
from mock_control_plane.wire import load_profile
from tests.mock_control_plane.telemetry_bodies import log, metric, packed, profile, request_of

PROFILE = load_profile()
METRICS = request_of("metrics", metric()).SerializeToString()
METRICS_IN_JSON = b'{"resourceMetrics": [{"scopeMetrics": [{"metrics": [{"name": "x"}]}]}]}'
LOGS = request_of("logs", log()).SerializeToString()
HEAP = profile(1).SerializeToString()
JSON = "application/json"
PROTOBUF = "application/x-protobuf"


def body_of(content: bytes, size: int | None = None) -> Body:
    """A body that was read."""
    body = Body(Allowance())
    body.content, body.size = content, len(content) if size is None else size
    return body


def answer(
    kind: str, content: bytes, content_type: str = "", encoding: str = "", size: int | None = None
) -> Answer:
    """What the endpoint of a kind answers."""
    headers = [
        (b"host", b"here"),
        (b"content-type", content_type.encode()),
        (b"content-encoding", encoding.encode()),
    ]

    async def answered() -> Answer:
        row = PROFILE.rows[kind]
        return await Acknowledgements(PROFILE).answer(row, headers, body_of(content, size))

    return asyncio.run(answered())


def read(given: Answer) -> tuple[int, str, bytes]:
    """Status, content type and body of an answer."""
    headers = {name.decode(): value.decode() for name, value in given.start["headers"]}
    assert headers["content-length"] == str(len(given.body["body"]))
    return given.start["status"], headers["content-type"], given.body["body"]


@pytest.mark.parametrize("encoding", ["", "identity", "gzip"])
@pytest.mark.parametrize(
    ("content", "content_type", "answered"),
    [
        (METRICS, PROTOBUF, (200, PROTOBUF, b"")),
        (METRICS, "Application/X-Protobuf; a=b", (200, PROTOBUF, b"")),
        (b"", PROTOBUF, (200, PROTOBUF, b"")),
        (METRICS_IN_JSON, JSON, (200, JSON, b"{}")),
        (b"{}", f"{JSON}; charset=utf-8", (200, JSON, b"{}")),
    ],
)
def test_otlp_is_answered_as_it_was_sent(
    content: bytes, content_type: str, encoding: str, answered: tuple[int, str, bytes]
) -> None:
    """A request that can be decoded gets an export's response in its own content type."""
    sent = packed(content) if encoding == "gzip" else content
    assert read(answer("metrics", sent, content_type, encoding)) == answered


@pytest.mark.parametrize(
    ("content", "encoding", "sentence"),
    [
        (METRICS[:-1], "", "cannot be decoded as the protobuf of an export of metrics"),
        (METRICS_IN_JSON, "", "cannot be decoded as the protobuf"),
        (METRICS, "gzip", "the body is not gzip"),
        (packed(METRICS)[:-1], "gzip", "it ends before its end"),
    ],
)
def test_broken_protobuf_is_refused_in_protobuf(
    content: bytes, encoding: str, sentence: str
) -> None:
    """What cannot be decoded gets 400 with a google.rpc.Status in protobuf."""
    status, content_type, body = read(answer("metrics", content, PROTOBUF, encoding))
    said: Any = Status.FromString(body)
    assert (status, content_type, said.code) == (400, PROTOBUF, 3)
    assert sentence in said.message


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not JSON: Expecting value"),
        (METRICS, "not JSON"),
        (METRICS_IN_JSON[:-1], "not JSON"),
        (b"[]", "an export of metrics: the request is not a JSON object"),
        (b'{"resourceMetrics": {}}', "resourceMetrics is not a list of objects"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested deeper than 256 levels"),
    ],
)
def test_broken_json_is_refused_in_json(content: bytes, sentence: str) -> None:
    """What cannot be decoded gets 400 with a google.rpc.Status in JSON."""
    status, content_type, body = read(answer("metrics", content, JSON))
    said = json.loads(body)
    assert (status, content_type, said["code"]) == (400, JSON, 3)
    assert sentence in said["message"]


@pytest.mark.parametrize("content", [rb'{"a": "\ud800"}', b"[" * 256 + b"]" * 256, b"1" * 400])
def test_unusual_json_is_json(content: bytes) -> None:
    """What only some parsers take is JSON all the same: lone surrogates, depth, large numbers."""
    assert read(answer("usage", content, JSON))[0] == 200


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/json-seq", "x-protobuf"])
def test_other_content_type_is_not_offered(content_type: str) -> None:
    """OTLP in another content type gets 415, also where its body could be decoded."""
    status, _, body = read(answer("traces", METRICS, content_type))
    assert status == 415
    assert b"application/x-protobuf or application/json" in body


def test_other_encoding_is_not_offered() -> None:
    """A body in an encoding that nobody here reads gets 415, and hears which are offered."""
    given = answer("usage", b"{}", JSON, "br")
    assert read(given)[0] == 415
    assert (b"accept-encoding", b"gzip, deflate") in given.start["headers"]


@pytest.mark.parametrize("content_type", ["", JSON, PROTOBUF])
@pytest.mark.parametrize(
    ("kind", "content", "status"),
    [
        ("usage", b'{"events": []}', 200),
        ("usage", b"events", 400),
        ("status", b"[1]", 200),
        ("status", b"", 400),
        ("status", HEAP, 400),
        ("memprof", b"{}", 200),
        ("memprof", HEAP, 200),
        ("memprof", packed(HEAP), 200),
        ("memprof", packed(b"{}"), 200),
        ("memprof", packed(HEAP)[:-1], 400),
        ("memprof", b"heap", 400),
    ],
)
def test_other_kinds_must_be_readable(
    kind: str, content: bytes, status: int, content_type: str
) -> None:
    """Usage and status are JSON, memprof pprof or JSON, whatever they are called."""
    answered, answered_type, body = read(answer(kind, content, content_type))
    assert answered == status
    assert (answered_type, body) == (JSON, b"{}") if status == 200 else b"the body is not" in body


@pytest.mark.parametrize(("kind", "type"), [("metrics", PROTOBUF), ("usage", JSON)])
def test_bomb_is_refused(kind: str, type: str) -> None:
    """A body that expands beyond what is read gets 413."""
    bomb = packed(bytes(2 * MAX_DECODED))
    status, content_type, body = read(answer(kind, bomb, type, "gzip"))
    assert status == 413
    if kind == "metrics":
        said: Any = Status.FromString(body)
        assert (content_type, said.code) == (PROTOBUF, 8)


@pytest.mark.parametrize(("type", "body"), [(PROTOBUF, b""), (JSON, b"{}")])
def test_cut_body_is_acknowledged(type: str, body: bytes) -> None:
    """What is more than the mock keeps may well be right, and is not refused."""
    assert read(answer("metrics", b"{", type, size=200_000_000)) == (200, type, body)


@pytest.mark.parametrize("content", [METRICS_IN_JSON, packed(METRICS_IN_JSON)])
def test_large_body_is_decoded_beside_the_loop(
    monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    """What is too large to be decoded at once is answered all the same."""
    monkeypatch.setattr(acknowledging, "INLINE", 20)
    encoding = "" if content == METRICS_IN_JSON else "gzip"
    assert read(answer("metrics", content, JSON, encoding)) == (200, JSON, b"{}")
    assert read(answer("metrics", content[:-2], JSON, encoding))[0] == 400


def test_profile_decides_what_speaks_otlp() -> None:
    """A profile may have other kinds in OTLP, and those of OTLP in plain JSON."""

    async def answered(kind: str, format: Any, content: bytes, type: bytes) -> int:
        row = replace(PROFILE.rows[kind], format=format)
        headers = [(b"content-type", type)]
        given = await Acknowledgements(PROFILE).answer(row, headers, body_of(content))
        return int(given.start["status"])

    protobuf = PROTOBUF.encode()
    assert asyncio.run(answered("status", "otlp", LOGS, protobuf)) == 200
    assert asyncio.run(answered("status", "otlp", b"\xff", protobuf)) == 400
    assert asyncio.run(answered("status", "otlp", b"{}", JSON.encode())) == 200
    assert asyncio.run(answered("metrics", "json", b"[1]", protobuf)) == 200


def test_endpoint_belongs_to_its_first_row() -> None:
    """Every endpoint of the six kinds is answered for, and by the kind that is listed first."""
    rows = dict(PROFILE.rows)
    rows["logs"] = replace(rows["logs"], endpoints=rows["status"].endpoints)
    acknowledgements = Acknowledgements(replace(PROFILE, rows=rows))
    assert acknowledgements.rows["POST", rows["status"].path].name == "status"
    assert len(acknowledgements.rows) == 5


def test_worst_body_costs_in_proportion() -> None:
    """The body that costs most for its size, millions of empty messages, costs by its size."""

    def cost(messages: int) -> float:
        bomb = packed(b"\x0a\x00" * messages)
        assert len(bomb) < 100_000
        before = time.process_time()
        assert read(answer("metrics", bomb, PROTOBUF, "gzip"))[0] == 200
        return time.process_time() - before

    largest = MAX_DECODED // 2
    cost(largest // 8)
    assert cost(largest) < 8 * cost(largest // 2)
