"""Tokens are kept sealed, one a name and organisation, and the newest of each is current."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.reference.retention.tokens import Held, Tokens
from conformance.reference.settings import Settings
from conformance.reference.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SETTINGS = Settings(service_token_key="key")


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> Iterator[Store]:
    """A store in a file; new for each test because it is written."""
    store = Store(str(tmp_path / "data"))
    store.open()
    yield store
    store.close()


def test_token_is_nowhere_in_the_files(store: Store, tmp_path: Path) -> None:
    """Whoever reads the database reads no token."""
    Tokens(SETTINGS, store).put(Held("acme", "one", "bt-st-secret"))
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"one" in written
    assert b"bt-st-secret" not in written


def test_every_worker_has_the_token(store: Store) -> None:
    """A token is there for whoever has the store, at once."""
    held = Held("acme", "one", "bt-st-secret")
    Tokens(SETTINGS, store).put(held)
    assert Tokens(SETTINGS, store).current() == [held]


def test_token_of_the_same_name_is_replaced(store: Store) -> None:
    """Of one name there is one token, the newest."""
    tokens = Tokens(SETTINGS, store)
    for secret in ("old", "new"):
        tokens.put(Held("acme", "one", secret))
    assert [each.secret for each in tokens.all()] == ["new"]


def test_current_token_is_the_newest_of_each_organisation(store: Store) -> None:
    """Whatever their names, of the tokens of an organisation the last one counts."""
    tokens = Tokens(SETTINGS, store)
    stored = [
        ("acme", "one", "1"),
        ("acme", "two", "2"),
        ("other", "one", "3"),
        ("acme", "one", "4"),
    ]
    for each in stored:
        tokens.put(Held(*each))
    assert {each.organization: each.secret for each in tokens.current()} == {
        "acme": "4",
        "other": "3",
    }


def test_token_is_there_for_its_organisation(store: Store) -> None:
    """Nobody learns what other organisations have."""
    tokens = Tokens(SETTINGS, store)
    tokens.put(Held("acme", "one", "secret"))
    assert tokens.has(["other", "acme"], "one")
    assert not tokens.has(["other"], "one")
    assert not tokens.has(["acme"], "two")


def test_token_under_another_key_is_not_there(store: Store) -> None:
    """After a change of the key there is no token until one is stored again."""
    Tokens(SETTINGS, store).put(Held("acme", "one", "secret"))
    others = Tokens(Settings(service_token_key="another"), store)
    assert others.current() == []
    assert not others.has(["acme"], "one")


def test_token_shows_no_secret() -> None:
    """What is printed of a token does not tell it."""
    assert "secret" not in repr(Held("acme", "one", "secret"))
