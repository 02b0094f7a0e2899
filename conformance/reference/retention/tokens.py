"""Service tokens that the control plane provisioned: one a name and organisation, sealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance.reference.retention.cipher import Cipher

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.reference.settings import Settings
    from conformance.reference.store import Store


@dataclass(frozen=True, slots=True)
class Held:
    """A token that is held: for which organisation, under which name."""

    organization: str
    name: str
    secret: str = field(repr=False)


class Tokens:
    """The tokens, in the store; nothing of them is kept in memory."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.cipher = Cipher(settings.service_token_key)
        self._store = store

    def put(self, held: Held) -> None:
        """Keep a token in place of the one that had its name."""
        self._store.ask(
            "INSERT OR REPLACE INTO service_tokens (organization, name, sealed) VALUES (?, ?, ?)",
            (held.organization, held.name, self.cipher.seal(held.secret)),
        )

    def has(self, organizations: Iterable[str], name: str) -> bool:
        """Tell whether one of these organisations has a token of that name."""
        known = set(organizations)
        return any(each.organization in known and each.name == name for each in self.all())

    def all(self) -> list[Held]:
        """Return every token that can be opened, the newest last."""
        found = self._store.ask(
            "SELECT organization, name, sealed FROM service_tokens ORDER BY rowid"
        )
        opened = ((row, self.cipher.open(str(row[2]))) for row in found)
        return [
            Held(str(row[0]), str(row[1]), secret) for row, secret in opened if secret is not None
        ]

    def current(self) -> list[Held]:
        """Return the token that each organisation stored last."""
        return list({each.organization: each for each in self.all()}.values())
