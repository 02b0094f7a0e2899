"""Call: one authenticated request to an action of the API; Action: an ASGI application of it.

Every action is a plain function from a call to a JSON value; a `Refusal` is any other answer.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from mock_control_plane.decoding import MAX_DEPTH, deeper_than
from mock_control_plane.identities import ImpersonationRefused
from mock_control_plane.rights import may_read
from mock_control_plane.routes.refusal import (
    BAD_KEY,
    BEYOND_RIGHTS,
    NO_KEY,
    Refusal,
    invalid,
    request_id,
    suffix,
    wrong_type,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import Receive, Scope, Send

    from mock_control_plane.entry import Principal
    from mock_control_plane.identities import Organization, User
    from mock_control_plane.kinds import Kind
    from mock_control_plane.world import World

IMPERSONATE: Final = "x-bt-impersonate-user"

# What stands in a body that could hold half of a surrogate pair: whoever reads it back might
# not be able to, so it is looked at more closely.
_SURROGATES: Final = (b"\\ud", b"\\uD", b"\xed")


@dataclass(frozen=True, slots=True)
class Call:
    """A request by somebody who is known: `user` is whom it acts for, `fields` what it says."""

    world: World
    principal: Principal
    user: User
    kind: str
    fields: Mapping[str, object]

    @property
    def organizations(self) -> tuple[Organization, ...]:
        """The organisations of the user, the first of which is meant where none is named."""
        known = self.world.directory.organizations
        return tuple(known[id] for id in self.user.organizations)

    def require_read(self, kind: Kind | None) -> None:
        """Refuse the call if it is made with a token whose rights do not cover that kind."""
        token = self.world.directory.service_tokens.get(self.principal.id or "")
        if token is not None and (kind is None or not may_read(token.rights, kind)):
            raise Refusal(403, BEYOND_RIGHTS)


class Action:
    """One action of the API: who calls is found out, the body read, the result written as JSON.

    Service tokens are refused unless it is `for_tokens`; what they may look at, it checks itself.
    """

    def __init__(
        self,
        handler: Callable[[Call], object],
        *,
        kind: str | None = None,
        token_in_body: bool = False,
        for_tokens: bool = False,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self._handler = handler
        self._kind = kind
        self._token_in_body = token_in_body
        self._for_tokens = for_tokens
        self._headers = dict(headers or {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        response = self._answer(request, body)
        await response(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        user: User | None = None
        world: World = request.app.state.world
        try:
            principal = self._principal(request, body)
            user = world.directory.user_of(principal)
            if user is None:
                raise Refusal(401, NO_KEY if principal.kind == "none" else BAD_KEY)
            if principal.kind == "service_token" and not self._for_tokens:
                raise Refusal(403, BEYOND_RIGHTS)
            acting = _acting(world, user, request.headers.get(IMPERSONATE))
            fields = {} if self._token_in_body else fields_of(request, body)
            kind = self._kind or request.path_params.get("kind", "")
            value = self._handler(Call(world, principal, acting, kind, fields))
        except Refusal as refusal:
            return self._refused(refusal, world, user)
        content = json.dumps(value, separators=(",", ":"))
        return Response(content, media_type="application/json", headers=self._headers)

    def _principal(self, request: Request, body: bytes) -> Principal:
        directory = request.app.state.world.directory
        authorization = request.headers.get("authorization")
        if authorization is None and self._token_in_body:
            token = fields_of(request, body).get("token")
            if isinstance(token, str):
                return directory.principal_of_secret(token.strip())  # type: ignore[no-any-return]
        return directory.principal_of(authorization)  # type: ignore[no-any-return]

    def _refused(self, refusal: Refusal, world: World, user: User | None) -> Response:
        id = request_id()
        organization = None
        if user is not None and user.organizations:
            organization = world.directory.organizations[user.organizations[0]].name
        text = refusal.text + suffix(user, organization, id)
        return Response(
            text.encode("utf-8", "backslashreplace"),
            status_code=refusal.status,
            media_type="text/plain",
            headers={**self._headers, "x-vercel-id": id},
        )


def fields_of(request: Request, body: bytes) -> dict[str, object]:
    """Return what a request says: its JSON object, beside its query."""
    fields: dict[str, object] = {}
    if request.scope["query_string"]:
        for name in request.query_params:
            values = request.query_params.getlist(name)
            fields[name] = values[0] if len(values) == 1 else values
    if body.strip():
        fields.update(parsed(body))
    return fields


def parsed(body: bytes) -> dict[str, object]:
    """Parse a body that must be a JSON object; `null` is an empty one."""
    try:
        value = json.loads(body, parse_float=_finite, parse_constant=_finite)
    except (ValueError, RecursionError) as problem:
        raise Refusal(400, f"The body is not JSON: {problem}; send a JSON object") from None
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid([wrong_type("", "object", value)])
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and deeper_than(value, MAX_DEPTH):
        raise Refusal(400, f"The body is nested deeper than {MAX_DEPTH} levels; send less")
    if any(sign in body for sign in _SURROGATES) and not _is_text(value):
        raise Refusal(400, "The body holds half of a surrogate pair, which no text does; send text")
    return value


def _acting(world: World, user: User, who: str | None) -> User:
    if not who:
        return user
    try:
        return world.directory.impersonate(user, who)
    except ImpersonationRefused as refused:
        raise Refusal(403, str(refused)) from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text[:40]} is not a number of JSON")
    return number


def _is_text(value: object) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True
