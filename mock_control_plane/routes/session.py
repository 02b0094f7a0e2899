"""Who is calling: login, and what a user is told about himself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from starlette.requests import Request

    from mock_control_plane.identities import Organization
    from mock_control_plane.routes.call import Call

# Recorded on every login; they are the same for all origins.
CORS: Final = {
    "access-control-allow-origin": "*",
    "access-control-allow-credentials": "true",
    "access-control-allow-methods": "GET,OPTIONS,PATCH,DELETE,POST,PUT",
    "access-control-allow-headers": (
        "X-CSRF-Token, X-Requested-With, Accept, Accept-Version, Content-Length, Content-MD5,"
        " Content-Type, Date, X-Api-Version"
    ),
}


def login(call: Call) -> dict[str, object]:
    """Tell a client its organisations and where their data planes are."""
    return {"org_info": [_login_row(organization) for organization in call.organizations]}


def me(call: Call) -> dict[str, object]:
    """Tell a user who he is; under impersonation, who the impersonated user is."""
    return {
        "id": call.user.id,
        "email": call.user.email,
        "given_name": call.user.given_name,
        "family_name": call.user.family_name,
        "organizations": [{"id": each.id, "name": each.name} for each in call.organizations],
    }


async def preflight(request: Request) -> Response:
    """Allow a browser to log in from any page, with the headers that it asks for."""
    wanted = request.headers.get("access-control-request-headers", "Authorization")
    allowed = f"{CORS['access-control-allow-headers']}, {wanted}"
    return Response(status_code=204, headers={**CORS, "access-control-allow-headers": allowed})


def _login_row(organization: Organization) -> dict[str, object]:
    return {
        "id": organization.id,
        "name": organization.name,
        "api_url": organization.api_url,
        # Without it some SDKs collect everything: author, diff and the names of past commits.
        "git_metadata": {"collect": "none"},
        "is_universal_api": True,
        "proxy_url": organization.proxy_url,
        "realtime_url": organization.realtime_url,
    }
