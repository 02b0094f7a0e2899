"""What the inspection API answers about people, as values of its client.

How the control plane itself keeps them is in `identities`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mock_control_plane.entry import digest_of


@dataclass(frozen=True, slots=True)
class Info:
    """What a mock control plane says about itself; `journal` is a path on its machine."""

    version: str
    url: str
    profile: str
    journal: str


@dataclass(frozen=True, slots=True)
class Organization:
    """An organisation, with the URLs that a login hands out for it."""

    id: str
    name: str
    api_url: str | None = None
    proxy_url: str | None = None
    realtime_url: str | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person who may have keys."""

    id: str
    email: str | None
    given_name: str | None = None
    family_name: str | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """An API key `sk-…` of a user."""

    id: str
    user_id: str
    secret: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What stands for the secret in entries (`Entry.credential`)."""
        return digest_of(self.secret)


@dataclass(frozen=True, slots=True)
class ServiceToken:
    """A service token `bt-st-…` of an organisation."""

    id: str
    name: str
    organization_id: str
    secret: str = field(repr=False)

    @property
    def digest(self) -> str:
        """What stands for the secret in entries (`Entry.credential`)."""
        return digest_of(self.secret)
