"""What people write on allow lists stands for the hosts that they mean, and for no other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_control_plane.hosts import Hosts, UnusableHost, normal


@pytest.mark.parametrize(
    ("text", "host", "port", "expected"),
    [
        ("braintrust.dev", "braintrust.dev", 443, True),
        ("braintrust.dev", "BrainTrust.DEV.", 80, True),
        ("braintrust.dev", "api.braintrust.dev", 443, False),
        ("braintrust.dev", "notbraintrust.dev", 443, False),
        ("braintrust.dev", "braintrust.dev.example.test", 443, False),
        ("*.internal", "db.internal", 5432, True),
        ("*.internal", "a.b.internal", 5432, True),
        ("*.internal", "internal", 5432, False),
        ("*.internal", "notinternal", 5432, False),
        ("db.internal:5432", "db.internal", 5432, True),
        ("db.internal:5432", "db.internal", 443, False),
        ("127.0.0.1:8700", "127.0.0.1", 8700, True),
        ("127.0.0.1:8700", "127.0.0.1", 8701, False),
        ("10.0.0.0/8", "10.20.30.40", 1, True),
        ("10.0.0.0/8", "11.0.0.1", 1, False),
        ("10.0.0.0/8", "10.example.test", 1, False),
        ("::1", "0:0:0:0:0:0:0:1", 1, True),
        ("[::1]:80", "[::1]", 80, True),
        ("[::1]:80", "::1", 81, False),
        ("10.0.0.0/8", "::1", 1, False),
    ],
)
def test_pattern_stands_for_what_it_says(text: str, host: str, port: int, expected: bool) -> None:
    """Names are compared whole, addresses by their value, and a port where one is given."""
    assert Hosts.of([text]).have(host, port) is expected


@pytest.mark.parametrize(
    "text", ["", " ", "http://db", "a b", "db:0", "db:65536", "db:x", "*", "a.*", "*.", "-"]
)
def test_what_is_no_host_is_named(text: str) -> None:
    """Whoever mistypes a host is told what one looks like."""
    with pytest.raises(UnusableHost, match=r"is no host; expected something like db\.internal"):
        Hosts.of([text])


@given(st.text(), st.integers(1, 65535))
def test_no_hosts_have_nothing(host: str, port: int) -> None:
    """An empty list allows nothing, however strange what is asked for."""
    assert not Hosts().have(host, port)


@given(st.ip_addresses())
def test_spellings_of_an_address_are_one(address: object) -> None:
    """The long form of an address is the same address."""
    exploded: str = address.exploded  # type: ignore[attr-defined]
    assert normal(exploded) == normal(f"[{exploded}]") == str(address)
