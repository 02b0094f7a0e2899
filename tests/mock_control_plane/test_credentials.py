"""Credentials are found where clients put them, and only their digests stay."""

from __future__ import annotations

from mock_control_plane.credentials import digest, kept_headers, redacted, without_token
from mock_control_plane.entry import digest_of


def test_header_lines_hold_digests_only() -> None:
    """The secret is handed to who asks for it, and is not in what is kept."""
    lines, found = kept_headers([(b"authorization", b"Bearer sk-1"), (b"accept", b"*/*")])
    assert lines == f"authorization: Bearer digest:{digest_of('sk-1')}\naccept: */*".encode()
    assert found == {b"authorization": "Bearer sk-1"}


def test_scheme_is_no_part_of_the_secret() -> None:
    """The digest is that of the secret alone, with and without a scheme."""
    assert digest("Bearer sk-1") == digest("sk-1") == digest_of("sk-1")
    assert redacted(b"sk-1") == f"digest:{digest_of('sk-1')}".encode()


def test_token_in_a_login_is_taken_out() -> None:
    """What was sent as `token` is returned as a header would hold it."""
    kept, token = without_token(b'{"token": "sk-1"}')
    assert (token, b"sk-1" in kept) == ("Bearer sk-1", False)
    assert without_token(b"{}") == (b"{}", None)
