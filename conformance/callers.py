"""Callers: the users of a data plane that a test acts as, minted by the mock or the run's own."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypedDict, Unpack

from conformance import expect
from conformance.client import Caller, Credential, Person, Transport, whoami

if TYPE_CHECKING:
    from collections.abc import Sequence

    from mock_control_plane.client import Realm

__all__ = ["Callers", "UserFields"]


class UserFields(TypedDict, total=False):
    """What a new user may be like; `organizations` are ids, the role "owner" may impersonate."""

    email: str | None
    given_name: str | None
    family_name: str | None
    organizations: Sequence[str]
    role: str


class Callers:
    """Makes callers over the connections of one worker. The lock guards the run's own caller.

    With a realm each new caller is a user that nobody has heard of before. Without one there are
    only the users whose keys were given.
    """

    def __init__(
        self, transport: Transport, realm: Realm | None, keys: tuple[str | None, str | None]
    ) -> None:
        self._transport = transport
        self._realm = realm
        self._keys = keys
        self._lock = threading.Lock()
        self._own: dict[str, Caller] = {}

    def new(self, **fields: Unpack[UserFields]) -> Caller:
        """A user for a test of its own; without the mock, the user whose key the run was given."""
        if self._realm is None:
            return self._given(self._keys[0], "$BRAINTRUST_API_KEY")
        realm = self._realm
        user = realm.create_user(**fields)
        key = realm.create_key(user.id)
        organization = realm.organization
        person = Person(user.id, user.email, organization.id, organization.name)
        credential = Credential(key.secret, mint=lambda: realm.create_key(user.id).secret)
        return Caller(self._transport, credential, person)

    def second(self, **fields: Unpack[UserFields]) -> Caller:
        """A user other than the first; without the mock, the one of the second key."""
        if self._realm is None:
            return self._given(self._keys[1], "$BRAINTRUST_SECOND_API_KEY")
        return self.new(**fields)

    def anonymous(self) -> Caller:
        """Nobody: requests go out without a credential."""
        return Caller(self._transport, Credential(None))

    def with_key(self, secret: str) -> Caller:
        """Whoever has this key, or nobody if nobody has."""
        return self.anonymous().with_key(secret)

    def _given(self, secret: str | None, shown: str) -> Caller:
        if secret is None:
            expect.inconclusive(f"the run was given no key for {shown.removeprefix('$')}")
        with self._lock:
            if secret not in self._own:
                unknown = Caller(self._transport, Credential(secret, shown=shown))
                credential = Credential(secret, shown=shown)
                self._own[secret] = Caller(self._transport, credential, whoami(unknown))
            return self._own[secret]
