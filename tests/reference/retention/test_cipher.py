"""What is sealed tells nothing, and only its own key opens it."""

from __future__ import annotations

import pytest

from conformance.reference.retention.cipher import Cipher


@pytest.mark.parametrize("key", ["k", "k" * 500, "schlüssel", "\udcff"])
def test_sealed_text_is_opened_by_its_key(key: str) -> None:
    """A key of any length seals and opens, also in another process with the same setting."""
    assert Cipher(key).open(Cipher(key).seal("bt-st-secret")) == "bt-st-secret"


def test_sealed_text_tells_nothing() -> None:
    """The same text is sealed differently each time, and is not in what results."""
    cipher = Cipher("key")
    one, two = cipher.seal("bt-st-secret"), cipher.seal("bt-st-secret")
    assert one != two
    assert "secret" not in one


def test_other_key_opens_nothing() -> None:
    """What was sealed under another key, or damaged, is as good as lost."""
    sealed = Cipher("key").seal("text")
    assert Cipher("other").open(sealed) is None
    assert Cipher("key").open(sealed[:-5]) is None


def test_without_a_key_nothing_is_opened() -> None:
    """A deployment that lost its key has no tokens."""
    assert not Cipher("").usable
    assert Cipher("").open(Cipher("key").seal("text")) is None
