"""Messages made from a description are those of protobuf."""

from __future__ import annotations

from typing import Any

from mock_control_plane.protobuf import message_class


def test_message_is_as_described() -> None:
    """Numbers, types, lists and messages inside each other are those of the description."""
    described = {"Inner": "at:1:int64*", "Outer": "name:2:string inner:3:Inner*"}
    outer: Any = message_class(described, "Outer")()
    outer.name = "x"
    outer.inner.add(at=[1, 300])
    assert outer.SerializeToString() == b"\x12\x01x\x1a\x05\x0a\x03\x01\xac\x02"


def test_messages_of_one_name_do_not_meet() -> None:
    """Two descriptions of one name make two classes."""
    one, other = (message_class({"M": f"a:{number}:int32"}, "M") for number in (1, 2))
    assert one(a=1).SerializeToString() != other(a=1).SerializeToString()
