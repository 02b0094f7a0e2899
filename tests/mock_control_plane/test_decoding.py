"""Bodies are decompressed and read as JSON within limits, and refused in a sentence."""

from __future__ import annotations

import json
import tracemalloc
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_control_plane.decoding import (
    MAX_DECODED,
    MAX_DEPTH,
    Oversized,
    Undecodable,
    UnknownEncoding,
    decompressed,
    deeper_than,
    parsed,
)
from tests.mock_control_plane.telemetry_bodies import packed


@settings(deadline=None)
@given(st.binary())
def test_body_is_what_was_compressed(data: bytes) -> None:
    """Every encoding that is offered gives back what went into it, also one in another."""
    for encoding, body in {
        "": data,
        "identity": data,
        "gzip": packed(data),
        "X-GZip ": packed(data),
        "deflate": zlib.compress(data),
        "deflate, gzip": packed(zlib.compress(data)),
    }.items():
        assert decompressed(body, encoding) == data


def test_members_of_gzip_follow_each_other() -> None:
    """A file of gzip may have several members."""
    assert decompressed(packed(b"a") + packed(b"b"), "gzip") == b"ab"


@pytest.mark.parametrize(
    ("body", "encoding", "sentence"),
    [
        (b"plain", "gzip", "not gzip: Error -3"),
        (packed(b"whole")[:-1], "gzip", "it ends before its end"),
        (packed(b"whole") + b"more", "gzip", "not gzip"),
        (b"", "gzip", "it ends before its end"),
        (b"plain", "deflate", "not deflate"),
    ],
)
def test_broken_compression_is_explained(body: bytes, encoding: str, sentence: str) -> None:
    """A body that is not encoded as it says is refused."""
    with pytest.raises(Undecodable, match=sentence):
        decompressed(body, encoding)


@pytest.mark.parametrize(
    ("encoding", "sentence"),
    [("zstd", "'zstd' is not offered; send gzip"), ("gzip,gzip,gzip,gzip", "encoded 4 times")],
)
def test_other_encodings_are_not_offered(encoding: str, sentence: str) -> None:
    """An encoding that nobody here speaks is told apart from a broken body."""
    with pytest.raises(UnknownEncoding, match=sentence):
        decompressed(b"", encoding)


@pytest.mark.parametrize("encoding", ["gzip", "gzip, gzip"])
def test_bomb_is_not_unpacked(encoding: str) -> None:
    """What expands a thousandfold costs no more memory than the limit."""
    body = packed(bytes(8 * MAX_DECODED))
    if "," in encoding:
        body = packed(body)
    tracemalloc.start()
    with pytest.raises(Oversized, match="decompressed larger than"):
        decompressed(body, encoding)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MAX_DECODED


def test_limit_holds_without_compression() -> None:
    """A body that is too large as it came is refused, and one at the limit is not."""
    assert decompressed(b"1234", "", 4) == b"1234"
    with pytest.raises(Oversized, match="larger than 3 bytes"):
        decompressed(b"1234", "", 3)


@settings(deadline=None)
@given(st.recursive(st.none() | st.integers() | st.text(), st.lists))
def test_json_is_read(value: object) -> None:
    """What JSON says comes out of it."""
    assert parsed(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (b"", "not JSON: Expecting value"),
        (b"x", "not JSON: Expecting value"),
        (b'{"a": NaN}', "NaN is not a number of JSON"),
        (b"\xff", "not JSON: 'utf-8' codec"),
        ("{}".encode("utf-16"), "not JSON"),
        (b"[" * 10_000 + b"]" * 10_000, "nested deeper than 256 levels"),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "nested deeper than 256 levels"),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), "nested deeper than 256 levels"),
    ],
)
def test_other_text_is_refused(text: bytes, sentence: str) -> None:
    """What is no JSON, or is nested without end, is refused in a sentence."""
    with pytest.raises(Undecodable, match=sentence):
        parsed(text)


def test_json_at_the_limit_is_read() -> None:
    """The deepest value is read, and a wide one is not mistaken for a deep one."""
    parsed(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    parsed(b"[" + b"{}," * 1000 + b"{}]")


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_depth_counts_containers(depth: int) -> None:
    """An object and a list each count as one level, whatever else is beside them."""
    assert deeper_than([1, {"a": []}, "x"], depth) == (depth < 3)
