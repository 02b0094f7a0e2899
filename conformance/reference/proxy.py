"""Passing `/api/…` on to the control plane and its answer back, both as they are."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import httpx
from starlette.responses import Response, StreamingResponse

from conformance.reference.problems import ControlPlaneAway

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable

    from conformance.reference.auditor import Trail
    from conformance.reference.call import Call

    Header = tuple[bytes, bytes]

HOP_BY_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer "
    b"transfer-encoding upgrade".split()
)
NOT_SENT = frozenset((*HOP_BY_HOP, b"host", b"content-length", b"expect"))
NOT_RETURNED = frozenset((*HOP_BY_HOP, b"date", b"server", b"x-bt-internal-trace-id"))
OURS_ALONE = (b"access-control-", b"x-bt-audit-")
ACTIONS = {"register": "created", "patch_id": "changed", "delete_id": "deleted"}
NO_OBJECTS = frozenset({"apikey", "self"})

log = logging.getLogger(__name__)


class Proxy:
    """Forwards API calls with the caller's own credential and nothing of the data plane's."""

    async def forward(self, call: Call) -> Response:
        """Return the control plane's answer to the request."""
        answer = await call.parts.control_plane.send(
            call.method,
            self.target(call),
            headers=self.sent(call.scope["headers"]),
            content=await call.body(),
        )
        log.info("a request to %s was passed on", call.trail.template)
        kind = call.trail.parameters["kind"]
        if call.trail.parameters.get("action", "get") in ACTIONS:
            call.parts.access.forget()
        if call.trail.caller is None or kind in NO_OBJECTS:
            response: Response = StreamingResponse(_streamed(answer), answer.status_code)
        else:
            body = await self.collected(call.trail, answer)
            response = Response(body, answer.status_code)
        response.raw_headers = self.returned(answer.headers.raw)
        return response

    def target(self, call: Call) -> bytes:
        """Return path and query as they came."""
        query: bytes = call.scope["query_string"]
        path: bytes = call.scope["raw_path"]
        return path + (b"?" + query if query else b"")

    def sent(self, headers: Iterable[Header]) -> list[Header]:
        """Return the request's headers without those of its connection."""
        return without(headers, NOT_SENT)

    def returned(self, headers: Iterable[Header]) -> list[Header]:
        """Return the answer's headers without those of its connection, and those only we set."""
        kept = without(headers, NOT_RETURNED)
        return [each for each in kept if not each[0].lower().startswith(OURS_ALONE)]

    async def collected(self, trail: Trail, answer: httpx.Response) -> bytes:
        """Read the answer for the auditor and return its bytes as they came."""
        try:
            raw = b"".join([chunk async for chunk in _streamed(answer)])
        except httpx.HTTPError as error:
            raise ControlPlaneAway("The control plane's answer was cut short") from error
        try:
            plain = httpx.Response(200, headers=answer.headers, content=raw).content
            value: object = json.loads(plain)
        except (ValueError, RecursionError, httpx.DecodingError):
            return raw
        if answer.status_code == 200:
            self.touch(trail, value)
        return raw

    def touch(self, trail: Trail, value: object) -> None:
        """Note the objects that an answer of the control plane shows."""
        kind = trail.parameters["kind"]
        how = ACTIONS.get(trail.parameters.get("action", "get"), "read")
        if isinstance(value, dict) and isinstance(value.get(kind), dict):
            _touch_rows(trail, kind, [value[kind]], how)
            _touch_rows(trail, "project", [value.get("project")], "read")
        else:
            _touch_rows(trail, kind, value if isinstance(value, list) else [value], how)


async def _streamed(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def _touch_rows(trail: Trail, kind: str, rows: Iterable[object], how: str) -> None:
    for row in rows:
        if isinstance(row, dict) and isinstance(row.get("id"), str):
            trail.touch(kind, row["id"], str(row.get("name") or ""), how=how)


def without(headers: Iterable[Header], dropped: frozenset[bytes]) -> list[Header]:
    """Return headers without the dropped ones, and those that `Connection` names."""
    kept = [(name.lower(), value) for name, value in headers]
    named = b",".join(value for name, value in kept if name == b"connection")
    connection = {each.strip().lower() for each in named.split(b",")}
    return [each for each in kept if each[0] not in dropped and each[0] not in connection]
