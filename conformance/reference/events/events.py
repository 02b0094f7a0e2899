"""Insert, fetch and feedback under `/v1/{project_logs,experiment,dataset}/{id}`."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from conformance.reference import bodies
from conformance.reference.events.targets import find_target
from conformance.reference.xact import parse_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from conformance.reference.call import Call

    Row = dict[str, object]

FEEDBACK = ("scores", "expected", "metadata", "tags")


class Events:
    """Rows of one object, by the object's id in the path."""

    async def insert(self, call: Call, type: str) -> Response:
        """Write rows and return their ids."""
        id = call.id()
        events = bodies.objects(await call.json(), "events")
        target = await find_target(call, type, id)
        xact_id = call.parts.store.next_xact()
        with call.parts.store.transaction():
            ids = [call.parts.rows.write(target, event, xact_id) for event in events]
        call.parts.usage.note(target.org_id, len(events))
        return call.parts.answers.json({"row_ids": ids})

    async def fetch(self, call: Call, type: str) -> Response:
        """Return a page of whole traces, newest first."""
        id = call.id()
        wish = dict(call.query) if call.method == "GET" else await call.json()
        limit = bodies.count(wish.get("limit"), "limit")
        before = parse_cursor(wish.get("cursor"))
        version = parse_version(wish.get("version") or wish.get("max_xact_id"))
        target = await find_target(call, type, id)
        page = call.parts.rows.page(target, version=version, limit=limit, before=before)
        response = call.parts.answers.json({"events": page.rows, "cursor": page.cursor})
        if page.cursor is not None:
            response.headers["x-bt-cursor"] = page.cursor
        return response

    async def feedback(self, call: Call, type: str) -> Response:
        """Merge scores, expected values, tags and comments into rows."""
        id = call.id()
        items = bodies.objects(await call.json(), "feedback")
        target = await find_target(call, type, id)
        xact_id = call.parts.store.next_xact()
        with call.parts.store.transaction():
            for item in items:
                for row in feedback_rows(item):
                    call.parts.rows.write(target, row, xact_id)
        return call.parts.answers.json({"status": "success"})


def feedback_rows(item: Mapping[str, object]) -> list[Row]:
    """Return the rows that one item of feedback stands for: a merge, and a comment if any."""
    id = bodies.text(item, "id")
    given = {name: item[name] for name in FEEDBACK if item.get(name) is not None}
    comment, source = bodies.optional_text(item, "comment"), item.get("source")
    found: list[Row] = []
    if given or comment is None:
        found.append({"id": id, **given, "_is_merge": True, "_audit_source": source})
    if comment is not None:
        told = {"comment": {"text": comment}, "origin": {"id": id}, "_audit_source": source}
        found.append({"id": str(uuid.uuid4()), **told})
    return found


def parse_cursor(value: object) -> int | None:
    """Return the position that a cursor stands for; None if there is no cursor."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{1,18}", value):
        raise bodies.invalid("Expected the cursor of an earlier answer", "cursor")
    return int(value)
