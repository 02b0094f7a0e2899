"""The values of a directory: organisations, users, keys, and the ways to ask for the impossible.

Which of them exist is in `directory`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

Role = Literal["member", "owner"]

UNIQUE_EMAIL: Final = "<unique>"
"""Instead of an e-mail address: make one that nobody else in the realm has."""


class DirectoryProblem(ValueError):
    """The directory was asked for something that it cannot do."""


class UnknownMember(DirectoryProblem):
    """There is no organisation, user or key of this id in the realm."""


class AlreadyTaken(DirectoryProblem):
    """An id, a name, an e-mail address or a secret belongs to somebody else in the realm."""


class ImpersonationRefused(DirectoryProblem):
    """The caller may not act as this user."""


@dataclass(frozen=True, slots=True)
class Organization:
    """A customer, with the URLs of its data plane that a login hands out."""

    id: str
    name: str
    api_url: str
    proxy_url: str | None
    realtime_url: str | None
    created: str


@dataclass(frozen=True, slots=True)
class User:
    """A person, or the account behind a service token, and where it belongs."""

    id: str
    email: str | None
    given_name: str | None
    family_name: str | None
    organizations: tuple[str, ...]
    owned: frozenset[str]
    created: str


@dataclass(frozen=True, slots=True)
class Key:
    """An API key of a user."""

    id: str
    secret: str = field(repr=False)
    user_id: str
    name: str
    created: str


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """A token of an organisation that may read its objects and write nothing."""

    id: str
    name: str
    secret: str = field(repr=False)
    organization_id: str
    account: User
    created: str
