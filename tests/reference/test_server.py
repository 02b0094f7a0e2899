"""Sockets that are bound before anything starts."""

from __future__ import annotations

import socket

import pytest

from conformance.reference import server


def test_port_is_known_before_the_start() -> None:
    """Port 0 takes a free one, and the address says which."""
    with server.bind("127.0.0.1", 0) as bound:
        assert server.url(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_port_in_use_is_an_error() -> None:
    """A second socket on the same port is refused."""
    with server.bind("127.0.0.1", 0) as bound:
        bound.listen()
        with pytest.raises(OSError, match="in use"):
            server.bind("127.0.0.1", bound.getsockname()[1])


def test_small_packets_are_sent_at_once() -> None:
    """The protocol is spelled out: else asyncio leaves the delay of small packets on."""
    with server.bind("127.0.0.1", 0) as bound:
        assert bound.proto == socket.IPPROTO_TCP


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_address_of_ipv6_is_in_brackets() -> None:
    """The URL can be used as it is."""
    try:
        bound = server.bind("::1", 0)
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with bound:
        assert server.url(bound).startswith("http://[::1]:")
