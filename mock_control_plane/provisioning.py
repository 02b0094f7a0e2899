"""What the control plane calls on a data plane: it hands over the service token.

A record of each of these calls is kept, also of those that came to nothing.
"""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, Final

import httpx

from mock_control_plane.answers import Outbound, Provisioned
from mock_control_plane.asking import is_loopback

if TYPE_CHECKING:
    from mock_control_plane.directory import Directory
    from mock_control_plane.identities import Key, Organization, ServiceToken
    from mock_control_plane.wire import Profile

TOKEN_NAME: Final = "data-plane"
"""The name of every token that is provisioned; a data plane keeps one of a name."""

WITHIN: Final = 20.0


class Provisioning:
    """Provisions the tokens of one realm. Belongs to the thread of the event loop."""

    def __init__(self, directory: Directory, profile: Profile) -> None:
        self.outbound: list[Outbound] = []
        self._directory = directory
        self._row = profile.rows["token-store"]
        self._last: dict[str, Provisioned] = {}
        self._keys: dict[str, Key] = {}

    async def provision(self, organization_id: str | None = None) -> Provisioned:
        """Make a token of an organisation, and store it in the organisation's data plane."""
        organization = self._directory.organization_of(organization_id)
        token = self._directory.create_service_token(TOKEN_NAME, organization_id=organization.id)
        call = await self._store(organization, token)
        made = Provisioned(token.id, token.secret, token.name, call.status, call.problem)
        self._last[organization.id] = made
        return made

    def status(self, organization_id: str | None = None) -> Provisioned | None:
        """Return what was provisioned last to an organisation, unless it was revoked."""
        last = self._last.get(self._directory.organization_of(organization_id).id)
        return last if last and last.token_id in self._directory.service_tokens else None

    async def _store(self, organization: Organization, token: ServiceToken) -> Outbound:
        at, url = time.time(), organization.api_url.rstrip("/") + self._row.path
        body = {"name": token.name, "token": token.secret, "org_name": organization.name}
        status, problem = await _sent(self._row.method, url, body, self._credential(organization))
        call = Outbound(at, self._row.method, url, status, problem)
        self.outbound.append(call)
        return call

    def _credential(self, organization: Organization) -> dict[str, str]:
        """Give the key that a data plane takes a token from: an owner's, if the profile says so."""
        if self._row.credential is None:
            return {}
        key = self._keys.get(organization.id)
        if key is None or key.id not in self._directory.keys:
            owner = self._directory.create_user(
                given_name="Control", family_name="Plane", organizations=[organization.id],
                role="owner",
            )  # fmt: skip
            key = self._keys[organization.id] = self._directory.create_key(owner.id)
        return {"authorization": f"Bearer {key.secret}"}


async def _sent(
    method: str, url: str, body: dict[str, str], headers: dict[str, str]
) -> tuple[int | None, str | None]:
    try:
        async with (
            httpx.AsyncClient(
                timeout=WITHIN,
                verify=ssl.create_default_context() if url.startswith("https:") else False,
                trust_env=not is_loopback(url),
            ) as client,
            client.stream(method, url, json=body, headers=headers) as answer,
        ):
            status = answer.status_code
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as problem:
        reason = str(problem) or type(problem).__name__
        return None, (
            f"the data plane does not answer {method} {url} ({reason}); start it, or correct the"
            " api_url of the organisation"
        )
    if 200 <= status <= 299:
        return status, None
    return status, (
        f"the data plane answered {method} {url} with {status}, and so has not taken the token;"
        " look into its log, and at the row token-store of the wire profile"
    )
