"""The values of a directory: organisations, users, keys, and the ways to ask for the impossible.

Which of them exist is in `directory`.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Collection

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
    """A token of an organisation that may do what its rights say, and nothing else."""

    id: str
    name: str
    secret: str = field(repr=False)
    organization_id: str
    account: User
    rights: frozenset[str]
    created: str


def fresh_id(id: str | None, taken: Collection[str], what: str) -> str:
    """Return an id that nobody has yet, made up unless given."""
    if id is None:
        return str(uuid.uuid4())
    try:
        canonical = str(uuid.UUID(id))
    except ValueError:
        raise DirectoryProblem(
            f"{id!r} cannot be the id of a {what}; ids are UUIDs: leave it out to have one made"
        ) from None
    if canonical in taken:
        raise AlreadyTaken(f"there is a {what} with the id {id} already; use another id or realm")
    return canonical


def unknown(what: str, id: str, known: Collection[str]) -> str:
    """Say that there is nobody of this id."""
    return (
        f"there is no {what} with the id {id!r} in this realm, which has {len(known)};"
        " create it first, or ask the realm that it was created in"
    )


def now() -> str:
    """Return the time as control planes write it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
