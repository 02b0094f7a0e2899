"""The database: transactions, transaction ids, what survives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.reference.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADD = (
    "INSERT INTO rows (object_type, object_id, id, root_span_id, position, xact_id, data) "
    "VALUES ('dataset', 'd', ?, 't', 1, ?, '{}')"
)


@pytest.fixture(name="store")
def _store() -> Iterator[Store]:
    """An open store without a file; new for each test, which counts what is in it."""
    store = Store("")
    store.open()
    yield store
    store.close()


def rows(store: Store) -> list[object]:
    """The ids of all rows."""
    return [id for (id,) in store.ask("SELECT id FROM rows ORDER BY version")]


def test_transaction_is_written_whole(store: Store) -> None:
    """Statements within are all there, also those of a transaction inside another."""
    with store.transaction():
        store.ask(ADD, ("a", 1))
        with store.transaction():
            store.ask(ADD, ("b", 2))
    assert rows(store) == ["a", "b"]


def test_failed_transaction_is_not_written(store: Store) -> None:
    """An exception takes everything back."""

    def fail() -> None:
        with store.transaction():
            store.ask(ADD, ("a", 1))
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert rows(store) == []


def test_ids_grow_within_a_second(store: Store) -> None:
    """Each is above the one before, and the newest is known."""
    ids = [store.next_xact() for _ in range(100)]
    assert ids == sorted({*ids})
    assert store.newest_xact == ids[-1]


def test_file_is_continued(tmp_path: Path) -> None:
    """What was written to a file is there again, and new ids are above the old ones."""
    first = Store(str(tmp_path / "data"))
    first.open()
    ahead = first.next_xact() + 2**40
    first.ask(ADD, ("a", ahead))
    first.close()
    second = Store(str(tmp_path / "data"))
    second.open()
    assert (rows(second), second.next_xact()) == (["a"], ahead + 1)
    second.close()


def test_closing_twice_is_harmless(store: Store) -> None:
    """A store that is closed stays closed."""
    store.close()
    store.close()
