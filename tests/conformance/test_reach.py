"""The address of a data plane is taken apart as a socket needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.errors import UsageProblem
from conformance.reach import Reach

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("url", "host", "port", "is_tls", "is_loopback"),
    [
        ("http://127.0.0.1:8000", "127.0.0.1", 8000, False, True),
        ("https://api.example.com/prefix/", "api.example.com", 443, True, False),
        ("http://[::1]", "::1", 80, False, True),
    ],
)
def test_addresses_are_taken_apart(
    url: str, host: str, port: int, *, is_tls: bool, is_loopback: bool
) -> None:
    """Host, port and scheme are those of the URL, with the scheme's port where it names none."""
    reach = Reach(url)
    assert (reach.host, reach.port) == (host, port)
    assert (reach.is_tls, reach.is_loopback) == (is_tls, is_loopback)


def test_the_mount_prefix_comes_first() -> None:
    """A path of the API lies below the prefix, with one slash between."""
    assert (
        Reach("https://a.example/dp/").absolute("/v1/project") == "https://a.example/dp/v1/project"
    )


def test_values_of_extra_headers_are_not_shown() -> None:
    """What is shown of a reach holds no value of an extra header, which may be a secret."""
    assert "hush" not in repr(Reach("http://a.example", headers=(("x-gate", "hush"),)))


def test_a_file_that_is_no_authority_is_named(tmp_path: Path) -> None:
    """A file that holds no certificate is an error of the command line that names the option."""
    path = tmp_path / "ca.pem"
    path.write_text("nothing")
    with pytest.raises(UsageProblem, match=r"--dataplane-ca .*ca\.pem cannot be used .*PEM file"):
        Reach("https://a.example", ca=path).tls()


def test_a_file_that_is_no_client_certificate_is_named(tmp_path: Path) -> None:
    """The same for a client certificate, which must hold its key."""
    path = tmp_path / "client.pem"
    path.write_text("nothing")
    with pytest.raises(UsageProblem, match=r"--dataplane-client-cert .*unencrypted key"):
        Reach("https://a.example", client_cert=path).tls()
