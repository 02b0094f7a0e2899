"""Headers go through a relay, but for those that are meant for one hop."""

from __future__ import annotations

import pytest

from mock_control_plane.hops import HOP_BY_HOP, back, has_body, length_of, onward


def test_request_goes_on_with_the_host_of_the_upstream() -> None:
    """Everything else stays, in its order, repeated if it was; the relay says that it was there."""
    sent = [(b"host", b"here"), (b"a", b"1"), (b"b", b"2"), (b"a", b"3")]
    assert onward(sent, b"there") == [
        (b"host", b"there"),
        (b"a", b"1"),
        (b"b", b"2"),
        (b"a", b"3"),
        (b"via", b"1.1 mock-control-plane"),
    ]


@pytest.mark.parametrize("name", sorted(HOP_BY_HOP))
def test_what_is_for_one_hop_ends_there(name: bytes) -> None:
    """In neither direction a header of the connection is passed on."""
    assert name not in dict(onward([(name, b"x")], b"there"))
    assert back([(name.title(), b"x")], 200) == []


def test_what_connection_names_ends_there() -> None:
    """A header becomes one of the connection by being named there."""
    sent = [(b"connection", b"close, X-Mine"), (b"x-mine", b"1"), (b"x-other", b"2")]
    assert back(sent, 200) == [(b"x-other", b"2")]


def test_length_stays_where_there_is_a_body() -> None:
    """An answer that cannot have a body promises none."""
    sent = [(b"Content-Length", b"7")]
    assert back(sent, 200) == [(b"content-length", b"7")]
    assert back(sent, 304) == []


def test_body_of_a_request_is_told_by_its_framing() -> None:
    """A length above zero, or pieces, announce a body."""
    assert has_body([(b"content-length", b"1")])
    assert has_body([(b"transfer-encoding", b"chunked")])
    assert not has_body([(b"content-length", b"0")])
    assert length_of([]) is None
