"""Who exists in one realm: organisations, users, API keys, service tokens, and who a credential is.

Pure and in memory; how it is asked for over HTTP is in `routes` and `admin`.
"""

from __future__ import annotations

import dataclasses
import secrets
import uuid
from typing import TYPE_CHECKING, Final

from mock_control_plane.entry import Principal, digest_of
from mock_control_plane.identities import (
    UNIQUE_EMAIL,
    AlreadyTaken,
    DirectoryProblem,
    ImpersonationRefused,
    Key,
    Organization,
    Role,
    ServiceToken,
    UnknownMember,
    User,
    fresh_id,
    now,
    unknown,
)
from mock_control_plane.rights import READ_PROJECTS, checked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "UNIQUE_EMAIL",
    "AlreadyTaken",
    "Directory",
    "DirectoryProblem",
    "ImpersonationRefused",
    "Key",
    "Organization",
    "Principal",
    "Role",
    "ServiceToken",
    "UnknownMember",
    "User",
]

# Where a data plane listens in the vendor's compose file. Until the organisation is told its real
# URL, a client that follows the answer of a login at least never leaves the machine.
UNCONFIGURED_URL: Final = "http://localhost:8000"

# A licence key is accepted unseen, so it is told from a wrong API key by its looks alone.
SECRET_PREFIXES: Final = ("sk-", "bt-st-")

NOBODY: Final = Principal("none")
STRANGER: Final = Principal("unknown")


class Directory:
    """Everybody in one realm; every value that it hands out is a snapshot.

    Not locked: only the thread of the event loop that serves the realm may use it.
    """

    def __init__(
        self, organization: str | None = None, *, organization_id: str | None = None
    ) -> None:
        self._organizations: dict[str, Organization] = {}
        self._organization_ids: dict[str, str] = {}
        self._users: dict[str, User] = {}
        self._user_ids_by_email: dict[str, str] = {}
        self._keys: dict[str, Key] = {}
        self._tokens: dict[str, ServiceToken] = {}
        self._principals: dict[str, Principal] = {}
        self._first = self.create_organization(organization, id=organization_id).id

    @property
    def organization(self) -> Organization:
        """The ready-made organisation."""
        return self._organizations[self._first]

    @property
    def organizations(self) -> Mapping[str, Organization]:
        """Every organisation by id, oldest first."""
        return self._organizations

    @property
    def users(self) -> Mapping[str, User]:
        """Every user by id, oldest first."""
        return self._users

    @property
    def keys(self) -> Mapping[str, Key]:
        """Every API key that is not revoked by id, oldest first."""
        return self._keys

    @property
    def service_tokens(self) -> Mapping[str, ServiceToken]:
        """Every service token that is not revoked by id, oldest first."""
        return self._tokens

    def principal_of(self, authorization: str | None) -> Principal:
        """Tell whose credential the value of an `Authorization` header is."""
        if not authorization:
            return NOBODY
        scheme, _, secret = authorization.strip().partition(" ")
        if scheme.lower() != "bearer":
            return STRANGER
        return self.principal_of_secret(secret.strip())

    def principal_of_secret(self, secret: str) -> Principal:
        """Tell whose API key, service token or licence key this is."""
        principal = self._principals.get(secret)
        if principal is not None:
            return principal
        if not secret or secret.startswith(SECRET_PREFIXES):
            return STRANGER
        return Principal("license", f"license-{digest_of(secret)}")

    def user_of(self, principal: Principal) -> User | None:
        """Find the user, or the service token's account, that acts with this credential."""
        if principal.kind == "user" and principal.id is not None:
            return self._users.get(principal.id)
        if principal.kind == "service_token" and principal.id in self._tokens:
            return self._tokens[principal.id].account
        return None

    def impersonate(self, caller: User, who: str) -> User:
        """Find the user of this id or e-mail address, if the caller may act as that user.

        He may if he was explicitly made Owner of every organisation that the user belongs to.
        """
        user = self.find_user(who)
        if user is None or not user.organizations or set(user.organizations) - caller.owned:
            raise ImpersonationRefused(
                f"not permitted to impersonate {who}: there is no such user, or the caller was not"
                " explicitly granted the Owner role on every organization of that user"
            )
        return user

    def find_user(self, who: str) -> User | None:
        """Find the user of this id or e-mail address."""
        id = self._user_ids_by_email.get(who.strip().lower(), who)
        return self._users.get(id)

    def find_organization(self, name: str) -> Organization | None:
        """Find the organisation of this name."""
        return self._organizations.get(self._organization_ids.get(name, ""))

    def organization_of(self, id: str | None) -> Organization:
        """Return the organisation of this id, the ready-made one for None."""
        return self._known_organization(id or self._first)

    def create_organization(
        self, name: str | None = None, *, id: str | None = None
    ) -> Organization:
        """Add an organisation; name and id are made up where they are not given."""
        name = name or f"organization-{secrets.token_hex(4)}"
        if name in self._organization_ids:
            raise AlreadyTaken(
                f"there is an organization named {name!r} already; names are unique in a realm:"
                " use another, or another realm"
            )
        organization = Organization(
            id=fresh_id(id, self._organizations, "organization"),
            name=name,
            api_url=UNCONFIGURED_URL,
            proxy_url=UNCONFIGURED_URL,
            realtime_url=None,
            created=now(),
        )
        self._organizations[organization.id] = organization
        self._organization_ids[name] = organization.id
        return organization

    def update_organization(
        self,
        id: str,
        *,
        api_url: str | None = None,
        proxy_url: str | None = None,
        realtime_url: str | None = None,
    ) -> Organization:
        """Change the URLs that a login hands out; what is None stays as it is."""
        given = {"api_url": api_url, "proxy_url": proxy_url, "realtime_url": realtime_url}
        changes = {name: url for name, url in given.items() if url is not None}
        changed = dataclasses.replace(self._known_organization(id), **changes)
        self._organizations[id] = changed
        return changed

    def create_user(  # noqa: PLR0913 - what a test says about a user, all of it optional
        self,
        *,
        id: str | None = None,
        email: str | None = UNIQUE_EMAIL,
        given_name: str | None = None,
        family_name: str | None = None,
        organizations: Sequence[str] | None = None,
        role: Role = "member",
    ) -> User:
        """Add a user to these organisations (by id; the ready-made one unless given).

        The role `owner` is an explicit grant of Owner on each of them.
        """
        if role not in ("member", "owner"):
            raise DirectoryProblem(f"{role!r} is not a role of a user; use 'member' or 'owner'")
        belongs_to = (self._first,) if organizations is None else tuple(organizations)
        for organization_id in belongs_to:
            self._known_organization(organization_id)
        user = User(
            id=fresh_id(id, self._users, "user"),
            email=self._fresh_email(email),
            given_name=given_name,
            family_name=family_name,
            organizations=belongs_to,
            owned=frozenset(belongs_to if role == "owner" else ()),
            created=now(),
        )
        self._users[user.id] = user
        if user.email is not None:
            self._user_ids_by_email[user.email.lower()] = user.id
        return user

    def grant_ownership(self, user_id: str, organization_id: str) -> User:
        """Make a user explicitly Owner of an organisation, and a member if he is none."""
        user = self._known_user(user_id)
        self._known_organization(organization_id)
        belongs_to = dict.fromkeys((*user.organizations, organization_id))
        return self._replace(
            user, organizations=tuple(belongs_to), owned=user.owned | {organization_id}
        )

    def withdraw_ownership(self, user_id: str, organization_id: str) -> User:
        """Take the explicit grant of Owner back; the user stays a member."""
        user = self._known_user(user_id)
        return self._replace(
            user, organizations=user.organizations, owned=user.owned - {organization_id}
        )

    def create_key(self, user_id: str, *, secret: str | None = None, name: str = "key") -> Key:
        """Issue an API key to a user; the secret is made up unless given."""
        key = Key(
            id=str(uuid.uuid4()),
            secret=self._fresh_secret(secret, "sk-"),
            user_id=self._known_user(user_id).id,
            name=name,
            created=now(),
        )
        self._keys[key.id] = key
        self._principals[key.secret] = Principal("user", user_id)
        return key

    def revoke_key(self, key_id: str) -> None:
        """Make an API key worthless; from now on it is as unknown as one never issued."""
        key = self._keys.pop(key_id, None)
        if key is None:
            raise UnknownMember(unknown("key", key_id, self._keys))
        del self._principals[key.secret]

    def create_service_token(
        self,
        name: str,
        *,
        organization_id: str | None = None,
        secret: str | None = None,
        rights: Sequence[str] = (READ_PROJECTS,),
    ) -> ServiceToken:
        """Issue a service token of an organisation (the ready-made one unless given)."""
        organization = self.organization_of(organization_id)
        token = ServiceToken(
            id=str(uuid.uuid4()),
            name=name,
            secret=self._fresh_secret(secret, "bt-st-"),
            organization_id=organization.id,
            account=User(
                id=str(uuid.uuid4()),
                email=None,
                given_name=name,
                family_name=None,
                organizations=(organization.id,),
                owned=frozenset(),
                created=now(),
            ),
            rights=checked(rights),
            created=now(),
        )
        self._tokens[token.id] = token
        self._principals[token.secret] = Principal("service_token", token.id)
        return token

    def revoke_service_token(self, token_id: str) -> None:
        """Make a service token worthless."""
        token = self._tokens.pop(token_id, None)
        if token is None:
            raise UnknownMember(unknown("service token", token_id, self._tokens))
        del self._principals[token.secret]

    def _replace(
        self, user: User, *, organizations: tuple[str, ...], owned: frozenset[str]
    ) -> User:
        changed = dataclasses.replace(user, organizations=organizations, owned=owned)
        self._users[user.id] = changed
        return changed

    def _known_organization(self, id: str) -> Organization:
        if id not in self._organizations:
            raise UnknownMember(unknown("organization", id, self._organizations))
        return self._organizations[id]

    def _known_user(self, id: str) -> User:
        if id not in self._users:
            raise UnknownMember(unknown("user", id, self._users))
        return self._users[id]

    def _fresh_email(self, email: str | None) -> str | None:
        if email == UNIQUE_EMAIL:
            return f"user-{secrets.token_hex(6)}@example.com"
        if email is not None and email.lower() in self._user_ids_by_email:
            raise AlreadyTaken(
                f"there is a user with the e-mail address {email!r} already; addresses are unique"
                " in a realm: use another, or another realm"
            )
        return email

    def _fresh_secret(self, secret: str | None, prefix: str) -> str:
        if secret is None:
            return prefix + secrets.token_hex(24)
        if not secret.startswith(prefix) or secret in self._principals:
            raise AlreadyTaken(
                f"the given secret cannot be used: it must begin with {prefix!r} and belong to"
                " nobody else in the realm; leave it out to have one made"
            )
        return secret
