"""What the inspection API offers: realms, people, and the journal. One function a question.

Where it is mounted and who may ask is `admin`.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from starlette.responses import StreamingResponse

from mock_control_plane import __version__
from mock_control_plane.keeping import WHOLE
from mock_control_plane.questions import (
    MARK,
    answer,
    fields_of,
    number_of,
    selection_of,
    telemetry_of,
)
from mock_control_plane.reading import PAGE, Reader, Selection, arrivals, existing, wait_for
from mock_control_plane.realms import Order, Realm, Realms

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.responses import Response

    from mock_control_plane.directory import Directory
    from mock_control_plane.journal import Journal

ORGANIZATION: Final = ("id", "name", "api_url", "proxy_url", "realtime_url")
USER: Final = ("id", "email", "given_name", "family_name")
KEY: Final = ("id", "user_id", "secret")
TOKEN: Final = ("id", "name", "organization_id", "secret")


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is looked into; the token is None where everybody may look.

    `upstream` is where a relay forwards to, `bodies` how it keeps what it forwards.
    """

    url: str
    realms: Realms
    reader: Reader
    token: str | None = field(repr=False)
    upstream: str | None = None
    bodies: str = WHOLE

    @property
    def journal(self) -> Journal:
        """The journal of all realms."""
        return self.realms.journal


async def show(request: Request) -> Response:
    """Say what this is."""
    inspection = _inspection(request)
    return answer(
        {
            "version": __version__,
            "url": inspection.url,
            "profile": inspection.reader.profile.name,
            "journal": str(inspection.reader.path),
            "upstream": inspection.upstream,
            "bodies": inspection.bodies,
        }
    )


async def show_realms(request: Request) -> Response:
    """List the realms, the default one first."""
    return answer({"realms": [_realm_row(realm) for realm in _inspection(request).realms]})


async def show_realm(request: Request) -> Response:
    """Show one realm."""
    return answer(_realm_row(realm_of(request)))


async def create_realm(request: Request) -> Response:
    """Open a realm."""
    sent = await fields_of(request, "name", "organization", "organization_id", "host")
    return answer(_realm_row(await _inspection(request).realms.create(Order(**sent))), 201)


async def close_realm(request: Request) -> Response:
    """Close a realm."""
    await _inspection(request).realms.close(realm_of(request).name)
    return answer({})


async def create_organization(request: Request) -> Response:
    """Create an organisation."""
    sent = await fields_of(request, "name", "id")
    return answer(_row(_directory(request).create_organization(**sent), ORGANIZATION), 201)


async def show_organizations(request: Request) -> Response:
    """List the organisations, the ready-made one first."""
    found = _directory(request).organizations.values()
    return answer({"organizations": [_row(each, ORGANIZATION) for each in found]})


async def update_organization(request: Request) -> Response:
    """Set the URLs of an organisation."""
    sent = await fields_of(request, "api_url", "proxy_url", "realtime_url")
    id = request.path_params["id"]
    return answer(_row(_directory(request).update_organization(id, **sent), ORGANIZATION))


async def create_user(request: Request) -> Response:
    """Create a user."""
    sent = await fields_of(request, *USER, "organizations", "role")
    return answer(_row(_directory(request).create_user(**sent), USER), 201)


async def create_key(request: Request) -> Response:
    """Issue an API key."""
    sent = await fields_of(request, "user_id", required="user_id")
    return answer(_row(_directory(request).create_key(**sent), KEY), 201)


async def revoke_key(request: Request) -> Response:
    """Revoke an API key."""
    _directory(request).revoke_key(request.path_params["id"])
    return answer({})


async def create_service_token(request: Request) -> Response:
    """Issue a service token."""
    sent = await fields_of(request, "name", "organization_id", "rights", required="name")
    return answer(_row(_directory(request).create_service_token(**sent), TOKEN), 201)


async def revoke_service_token(request: Request) -> Response:
    """Revoke a service token."""
    _directory(request).revoke_service_token(request.path_params["id"])
    return answer({})


async def position(request: Request) -> Response:
    """Say where a realm's journal stands."""
    return answer({"position": _inspection(request).journal.position(realm_of(request).name)})


async def entries(request: Request) -> Response:
    """Give one page of entries; `more` tells whether to ask again after the last one."""
    limit = min(int(number_of(request, "limit", PAGE)), PAGE)
    page, more = await asyncio.to_thread(
        _inspection(request).reader.entries, _selection(request), limit
    )
    return answer({"entries": [entry.to_json() for entry in page], "more": more})


async def telemetry(request: Request) -> Response:
    """Give one page of entries with telemetry in them, decoded, of one `kind` or of all."""
    limit = min(int(number_of(request, "limit", PAGE)), PAGE)
    page, more = await asyncio.to_thread(
        _inspection(request).reader.telemetry, telemetry_of(request, realm_of(request).name), limit
    )
    return answer({"telemetry": [each.to_json() for each in page], "more": more})


async def count(request: Request) -> Response:
    """Count entries."""
    reader = _inspection(request).reader
    return answer({"count": await asyncio.to_thread(reader.count, _selection(request))})


async def wait(request: Request) -> Response:
    """Give entries once there are as many as wanted; what there is, when the time is up."""
    found = await wait_for(
        _inspection(request).journal,
        _inspection(request).reader,
        _selection(request),
        count=int(number_of(request, "count", 1)),
        deadline=number_of(request, "deadline", 0),
    )
    return answer({"entries": [entry.to_json() for entry in found]})


async def export(request: Request) -> Response:
    """Give every entry as a line of JSON; with `follow=true` also those that are still to come."""
    inspection, selection = _inspection(request), _selection(request)
    if request.query_params.get("follow") == "true":
        pages = arrivals(inspection.journal, inspection.reader, selection)
    else:
        pages = existing(inspection.reader, selection)

    async def lines() -> AsyncIterator[str]:
        async for page in pages:
            for entry in page:
                yield json.dumps(entry.to_json(), separators=(",", ":")) + "\n"

    return StreamingResponse(lines(), media_type="application/jsonl", headers=MARK)


def _inspection(request: Request) -> Inspection:
    inspection: Inspection = request.app.state.inspection
    return inspection


def realm_of(request: Request) -> Realm:
    """Return the realm that a question is about."""
    return _inspection(request).realms.get(request.path_params["realm"])


def _directory(request: Request) -> Directory:
    return realm_of(request).directory


def _selection(request: Request) -> Selection:
    return selection_of(request, realm_of(request).name)


def _realm_row(realm: Realm) -> dict[str, object]:
    organization = _row(realm.directory.organization, ORGANIZATION)
    return {"name": realm.name, "url": realm.url, "organization": organization}


def _row(value: object, fields: tuple[str, ...]) -> dict[str, object]:
    return {name: getattr(value, name) for name in fields}
