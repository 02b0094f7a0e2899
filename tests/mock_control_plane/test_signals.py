"""The wire of protobuf is read as far as it goes, and signals know their own items."""

from __future__ import annotations

import pytest
from google.protobuf.message import DecodeError
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from mock_control_plane.signals import SIGNALS, fields, is_known_throughout, varint
from tests.mock_control_plane.telemetry_bodies import ITEMS, requests, span


@settings(deadline=None)
@given(st.binary())
def test_fields_end_where_the_bytes_end(data: bytes) -> None:
    """Whatever the bytes are, fields follow each other and none goes beyond them."""
    at = 0
    for field in fields(data):
        assert field.start == at
        assert field.start < field.value
        assert field.end <= len(data)
        assert field.whole or field.end == len(data)
        at = field.end


@settings(deadline=None)
@given(requests())
def test_fields_are_those_of_protobuf(request: tuple[str, bytes]) -> None:
    """What a decoder takes is read to its end."""
    last = list(fields(request[1]))[-1]
    assert (last.end, last.whole) == (len(request[1]), True)


@pytest.mark.parametrize(
    ("data", "expected"),
    [(b"\x00", (0, 1)), (b"\xac\x02", (300, 2)), (b"\xff", (0, 1)), (b"\xff" * 12, (0, 12))],
)
def test_number_is_read(data: bytes, expected: tuple[int, int]) -> None:
    """A number that does not end reads as zero, and as the end of everything."""
    assert varint(data, 0) == expected


@pytest.mark.parametrize("kind", SIGNALS)
def test_item_is_read_by_its_own_signal(kind: str) -> None:
    """Of the three signals only its own takes an item."""
    data = ITEMS[kind]().SerializeToString()
    assert [each.kind for each in SIGNALS.values() if each.read(data) is not None] == [kind]
    assert SIGNALS[kind].complaint(data) is None


def test_item_that_cannot_be_decoded_is_complained_of() -> None:
    """What is no message at all is called so."""
    data = b"\x0a\xff"
    with pytest.raises(DecodeError):
        Span.FromString(data)
    assert SIGNALS["traces"].complaint(data) == "an item that cannot be decoded as Span"
    assert SIGNALS["traces"].read(data) is None


def test_unknown_fields_are_seen_at_any_depth() -> None:
    """A message from the future is told apart from one that is known throughout."""
    made = span()
    made.attributes.add(key="a")
    assert is_known_throughout(made)
    inside = Span.FromString(b"\x4a\x05\xfa\x01\x02xx" + made.SerializeToString())
    assert not is_known_throughout(inside)


def test_names_in_protobuf_follow_those_in_json() -> None:
    """The lists have the names of the messages' fields."""
    assert SIGNALS["logs"].snake_names == ("resource_logs", "scope_logs", "log_records")
    for signal in SIGNALS.values():
        assert signal.snake_names[0] in signal.request.DESCRIPTOR.fields_by_name
