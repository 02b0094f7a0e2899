"""What the client hands out names secrets by their digests only."""

from __future__ import annotations

import pytest

from mock_control_plane.answers import Key, ServiceToken
from mock_control_plane.entry import digest_of


@pytest.mark.parametrize(
    "issued",
    [
        Key(id="1", user_id="ann", secret="sk-hush"),
        ServiceToken(id="1", name="retention", organization_id="acme", secret="sk-hush"),
    ],
)
def test_secret_is_known_by_its_digest(issued: Key | ServiceToken) -> None:
    """A secret is not printed, and its digest is what entries have in its place."""
    assert "hush" not in repr(issued)
    assert issued.digest == digest_of("sk-hush")
