"""Objects that retention deleted as a whole: the control plane, which may only be read, has them
still."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.reference.store import Store


class Tombstones:
    """Which objects are not there any more, whatever the control plane says; in the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, kind: str, id: str) -> None:
        """Note that an object is gone."""
        self._store.ask("INSERT OR IGNORE INTO tombstones (kind, id) VALUES (?, ?)", (kind, id))

    def has(self, kind: str, id: str) -> bool:
        """Tell whether an object is gone."""
        found = self._store.ask("SELECT 1 FROM tombstones WHERE kind = ? AND id = ?", (kind, id))
        return bool(found)
