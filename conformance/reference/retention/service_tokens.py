"""`/service-token`: the control plane stores its token here, and learns whether there is one.

Only a member of an organisation, as the control plane knows its members, stores or asks for it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.reference import bodies
from conformance.reference.problems import BadRequest, Forbidden, NoSuchToken
from conformance.reference.retention.tokens import Held

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.caller import Caller
    from conformance.reference.settings import Settings

TOKEN = re.compile(r"[!-~]{1,4096}")


class ServiceTokens:
    """Stores tokens and tells whether there is one, never which."""

    def __init__(self, settings: Settings) -> None:
        self._primary = settings.primary_organization

    async def upsert(self, call: Call) -> Response:
        """Store a token, in place of the one that had its name."""
        body = await call.json()
        name, secret = bodies.text(body, "name"), bodies.text(body, "token")
        if not TOKEN.fullmatch(secret):
            raise bodies.invalid("Expected a token that a header can carry", "token")
        organization = self.organization(call.caller, bodies.optional_text(body, "org_name"))
        if not call.parts.tokens.cipher.usable:
            raise BadRequest(
                "This deployment has no SERVICE_TOKEN_SECRET_KEY to encrypt a token under; set it"
            )
        self.store(call, Held(organization, name, secret))
        return call.parts.answers.json({"name": name})

    async def status(self, call: Call) -> Response:
        """Tell whether one of the caller's organisations has a token of that name."""
        name = call.trail.parameters["name"]
        own = [each.id for each in call.caller.organizations]
        if not call.parts.tokens.has(own, name):
            raise NoSuchToken("There is no service token of that name")
        return call.parts.answers.json(self.described(call, name))

    def store(self, call: Call, held: Held) -> None:
        """Keep a token."""
        call.parts.tokens.put(held)

    def described(self, call: Call, name: str) -> dict[str, object]:
        """Return what is told of a token that there is."""
        del call
        return {"name": name, "exists": True}

    def organization(self, caller: Caller, name: str | None) -> str:
        """Return the id of the organisation whose token it is, which is one of the caller's.

        Where none is named, it is the primary one, otherwise the caller's first.
        """
        own = {each.name: each.id for each in reversed(caller.organizations)}
        if name is None and self._primary in own:
            name = self._primary
        if name is None and caller.organizations:
            return caller.organizations[0].id
        if name is None or name not in own:
            raise Forbidden("Only members of an organization may store its service token")
        return own[name]
