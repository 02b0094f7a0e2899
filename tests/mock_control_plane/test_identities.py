"""What the values of a directory keep to themselves."""

from __future__ import annotations

from mock_control_plane.directory import Directory


def test_secrets_do_not_show() -> None:
    """Neither a key nor a service token shows its secret when it is printed."""
    directory = Directory()
    key = directory.create_key(directory.create_user().id)
    token = directory.create_service_token("retention")
    assert key.secret not in repr(key)
    assert token.secret not in repr(token)
