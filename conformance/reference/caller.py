"""Who makes a request: the person, the organisations, and the credential that is passed on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a request presents: a token and, where it impersonates, for whom it acts."""

    token: str = field(repr=False)
    impersonated: str | None = None

    @property
    def digest(self) -> str:
        """A short name for these credentials from which the token cannot be learned."""
        told = f"{self.token}\n{self.impersonated or ''}"
        return hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation that the caller belongs to."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Caller:
    """The verified person, under impersonation the impersonated one."""

    user_id: str
    email: str | None
    organizations: tuple[Organization, ...]
    credentials: Credentials
    digest: str

    def organization(self, id: str) -> Organization | None:
        """Return the caller's organisation of that id, if it is one of theirs."""
        return next((each for each in self.organizations if each.id == id), None)
