"""Objects that no policy is about, kept in mind byte for byte and compared after a run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.expect import outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.client import Caller


@dataclass(slots=True)
class Bystanders:
    """Projects, prompts and such, by their paths. What differs from reading to reading is not kept
    in mind.
    """

    _readers: dict[str, Caller] = field(default_factory=dict)
    _kept: dict[str, bytes] = field(default_factory=dict)

    def add(self, reader: Caller, path: str) -> None:
        """Have an object watched, as somebody who may read it."""
        self._readers[path] = reader

    def remember(self) -> int:
        """Read everything twice, and return how many objects are the same both times."""
        for path, reader in self._readers.items():
            first, second = reader.read(path), reader.get(path)
            if first.ok and second.ok and first.body == second.body:
                self._kept[path] = second.body
        return len(self._kept)

    def changed(self) -> Iterator[tuple[str, str]]:
        """What is not any more what it was: the path, and what was answered instead."""
        for path, body in self._kept.items():
            now = self._readers[path].get(path)
            if not now.ok or now.body != body:
                yield path, outcome(now)
