"""Who makes a request, and that nobody learns the key from it."""

from __future__ import annotations

from conformance.reference.caller import Credentials
from tests.reference.material import CALLER, ORGANIZATION


def test_token_is_never_shown() -> None:
    """Neither the credentials nor the caller print the token."""
    assert "sk-one" not in repr(CALLER)


def test_digest_tells_callers_apart() -> None:
    """Another token, or the same one impersonating, is another caller."""
    same = {Credentials("a").digest, Credentials("a").digest}
    assert len(same) == 1
    assert len({*same, Credentials("b").digest, Credentials("a", "who").digest}) == 3


def test_only_own_organisations_are_found() -> None:
    """An organisation that the caller does not belong to is none of theirs."""
    assert CALLER.organization(ORGANIZATION.id) is ORGANIZATION
    assert CALLER.organization("other") is None
