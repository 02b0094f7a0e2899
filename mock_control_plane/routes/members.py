"""Who exists, as clients ask for it: organisations, users, API keys and service tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mock_control_plane.routes import scope
from mock_control_plane.routes.refusal import absent, invalid, missing
from mock_control_plane.routes.selection import limit_of
from mock_control_plane.routes.validation import (
    identifier,
    identifiers,
    required_identifier,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mock_control_plane.identities import Key, Organization, ServiceToken, User
    from mock_control_plane.routes.call import Call

Row = dict[str, object]


def get_organizations(call: Call) -> list[Row]:
    """List the caller's organisations."""
    rows = (_organization_row(each) for each in call.organizations)
    return _listed(call, rows, {"name": ("org_name", "organization_name", "name")})


def show_organization(call: Call) -> Row:
    """Show one of the caller's organisations."""
    return _organization_row(_own_organization(call))


def patch_organization(call: Call) -> Row:
    """Change the URLs that a login hands out for an organisation."""
    changed = call.world.directory.update_organization(
        _own_organization(call).id,
        api_url=text(call.fields, "api_url"),
        proxy_url=text(call.fields, "proxy_url"),
        realtime_url=text(call.fields, "realtime_url"),
    )
    return _organization_row(changed)


def get_users(call: Call) -> list[Row]:
    """List the users who share an organisation with the caller."""
    own = set(_organization_ids(call))
    users = reversed(list(call.world.directory.users.values()))
    rows = (_user_row(user) for user in users if own.intersection(user.organizations))
    names = ("given_name", "family_name", "email")
    return _listed(call, rows, {name: (name,) for name in names})


def show_user(call: Call) -> Row:
    """Show a user who shares an organisation with the caller."""
    id = required_identifier(call.fields, "id", "user_id")
    user = call.world.directory.users.get(id)
    if user is None or not set(user.organizations).intersection(call.user.organizations):
        raise missing("user", id)
    return _user_row(user)


def register_key(call: Call) -> Row:
    """Issue an API key to the caller; only this answer shows it."""
    name = _needed_name(call, "api_key")
    key = call.world.directory.create_key(call.user.id, name=name)
    return {"api_key": {**_key_row(call, key), "key": key.secret}, "found_existing": False}


def get_keys(call: Call) -> list[Row]:
    """List the caller's API keys."""
    rows = (_key_row(call, key) for key in reversed(_own_keys(call)))
    return _listed(call, rows, {"name": ("api_key_name", "name")})


def delete_key(call: Call) -> Row:
    """Revoke one of the caller's API keys."""
    id = required_identifier(call.fields, "id", "api_key_id")
    key = next((key for key in _own_keys(call) if key.id == id), None)
    if key is None:
        raise missing("api_key", id, access="delete")
    call.world.directory.revoke_key(id)
    return _key_row(call, key)


def register_service_token(call: Call) -> Row:
    """Issue a service token of the organisation; only this answer shows it."""
    name = _needed_name(call, "service_token")
    organization = scope.organization_of(call)
    token = call.world.directory.create_service_token(name, organization_id=organization.id)
    row = {**_service_token_row(token), "key": token.secret}
    return {"service_token": row, "found_existing": False}


def get_service_tokens(call: Call) -> list[Row]:
    """List the service tokens of the caller's organisations."""
    rows = (_service_token_row(token) for token in reversed(_own_service_tokens(call)))
    return _listed(call, rows, {"name": ("service_token_name", "name")})


def delete_service_token(call: Call) -> Row:
    """Revoke a service token of one of the caller's organisations."""
    id = required_identifier(call.fields, "id", "service_token_id")
    token = next((token for token in _own_service_tokens(call) if token.id == id), None)
    if token is None:
        raise missing("service_token", id, access="delete")
    call.world.directory.revoke_service_token(id)
    return _service_token_row(token)


def _listed(call: Call, rows: Iterable[Row], filters: Mapping[str, tuple[str, ...]]) -> list[Row]:
    ids = identifiers(call.fields, "id", "ids")
    found = [row for row in rows if ids is None or row["id"] in ids]
    for column, names in filters.items():
        wanted = next((call.fields[name] for name in names if call.fields.get(name)), None)
        if wanted is not None:
            accepted = wanted if isinstance(wanted, list) else [wanted]
            found = [row for row in found if row[column] in accepted]
    after = identifier(call.fields, "starting_after")
    if after is not None:
        position = next((i for i, row in enumerate(found) if row["id"] == after), len(found))
        found = found[position + 1 :]
    return found[: limit_of(call.fields)]


def _organization_ids(call: Call) -> tuple[str, ...]:
    named = scope.named_organization(call)
    return call.user.organizations if named is None else (named.id,)


def _own_organization(call: Call) -> Organization:
    id = required_identifier(call.fields, "id", "organization_id", "org_id")
    if id not in call.user.organizations:
        raise missing("organization", id)
    return call.world.directory.organizations[id]


def _own_keys(call: Call) -> list[Key]:
    return [key for key in call.world.directory.keys.values() if key.user_id == call.user.id]


def _own_service_tokens(call: Call) -> list[ServiceToken]:
    own = _organization_ids(call)
    tokens = call.world.directory.service_tokens.values()
    return [token for token in tokens if token.organization_id in own]


def _needed_name(call: Call, kind: str) -> str:
    name = text(call.fields, f"{kind}_name") or text(call.fields, "name")
    if not name:
        raise invalid([absent("name")])
    return name


def _organization_row(organization: Organization) -> Row:
    return {
        "id": organization.id,
        "name": organization.name,
        "api_url": organization.api_url,
        "is_universal_api": True,
        "is_dataplane_private": None,
        "proxy_url": organization.proxy_url,
        "realtime_url": organization.realtime_url,
        "created": organization.created,
    }


def _user_row(user: User) -> Row:
    return {
        "id": user.id,
        "given_name": user.given_name,
        "family_name": user.family_name,
        "email": user.email,
        "avatar_url": None,
        "created": user.created,
    }


def _key_row(call: Call, key: Key) -> Row:
    return {
        "id": key.id,
        "created": key.created,
        "name": key.name,
        "preview_name": _preview(key.secret),
        "user_id": key.user_id,
        "user_email": call.user.email,
        "user_given_name": call.user.given_name,
        "user_family_name": call.user.family_name,
        "org_id": next(iter(call.user.organizations), None),
    }


def _service_token_row(token: ServiceToken) -> Row:
    return {
        "id": token.id,
        "created": token.created,
        "name": token.name,
        "preview_name": _preview(token.secret),
        "service_account_id": token.account.id,
        "service_account_email": token.account.email,
        "service_account_name": token.account.given_name,
        "org_id": token.organization_id,
    }


def _preview(secret: str) -> str:
    return f"{secret[: secret.rindex('-') + 1]}****{secret[-4:]}"
