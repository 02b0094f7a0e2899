"""`/btql`, as far as the SDKs need it: select, from, filter, sort, limit, cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starlette.responses import Response

from conformance.reference import bodies
from conformance.reference.events import btql_text
from conformance.reference.events.events import parse_cursor
from conformance.reference.events.filters import compiled, value_of
from conformance.reference.events.targets import KINDS, find_target
from conformance.reference.xact import parse_version

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.reference.call import Call
    from conformance.reference.events.filters import Test

    Row = dict[str, object]

DOCUMENTS = {"project_prompts": "prompt", "project_functions": "function"}
SHAPES = ("spans", "traces", "summary")
CLAUSES = frozenset({"select", "from", "filter", "sort", "limit", "cursor"})


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood."""

    source: str
    ids: tuple[str, ...]
    shape: str
    keeps: Test
    fields: tuple[tuple[str, ...], ...] | None
    sort: tuple[tuple[object, bool], ...]
    limit: int | None
    before: int | None


class Queries:
    """Answers queries over the rows of objects, and over prompts and functions."""

    async def run(self, call: Call) -> Response:
        """Return the rows that a query asks for, as JSON or as lines of JSON."""
        body = await call.json()
        query = understood(body.get("query"))
        version = parse_version(body.get("version"))
        found: list[Row] = []
        for id in query.ids:
            found += await self.source(
                call, query, id, version, history=bool(body.get("audit_log"))
            )
        rows, cursor = selected(query, found)
        for row in rows if query.source in DOCUMENTS else ():
            name = str(row.get("name") or "")
            call.trail.touch(DOCUMENTS[query.source], str(row.get("id")), name, how="listed")
        response = self.answer(call, rows, cursor, lines=body.get("fmt") == "jsonl")
        if cursor is not None:
            response.headers["x-bt-cursor"] = cursor
        return response

    async def source(
        self, call: Call, query: Query, id: str, version: int | None, *, history: bool
    ) -> list[Row]:
        """Return every row of one object that the caller may read, newest first."""
        if query.source not in DOCUMENTS:
            return call.parts.rows.read(await find_target(call, query.source, id), version)
        await find_target(call, "project_logs", id)
        versions = call.parts.documents.history(DOCUMENTS[query.source], id)
        if history:
            return [{**row, "audit_data": {"action": "upsert"}} for row in versions]
        newest = {str(row["id"]): row for row in reversed(versions)}
        return list(newest.values())[::-1]

    def answer(self, call: Call, rows: list[Row], cursor: str | None, *, lines: bool) -> Response:
        """Render the rows of a page."""
        if lines:
            content = b"".join(call.parts.answers.encode(row) + b"\n" for row in rows)
            return Response(content, media_type="application/x-ndjson")
        newest = str(call.parts.store.newest_xact)
        return call.parts.answers.json(
            {
                "data": rows,
                "schema": {"type": "array", "items": {"type": "object", "properties": {}}},
                "cursor": cursor,
                "realtime_state": {
                    "type": "on",
                    "minimum_xact_id": None,
                    "read_bytes": 0,
                    "actual_xact_id": newest,
                },
                "freshness_state": {
                    "last_processed_xact_id": newest,
                    "last_considered_xact_id": newest,
                },
            }
        )


def understood(query: object) -> Query:
    """Return what a query, text or syntax tree, asks for, or refuse it."""
    tree = btql_text.parse(query) if isinstance(query, str) else query
    if not isinstance(tree, dict):
        raise bodies.invalid("Expected a query", "query")
    unknown = [name for name, value in tree.items() if name not in CLAUSES and value is not None]
    if unknown:
        raise bodies.invalid(f"The clause {unknown[0]!r} is not known", "query")
    source, ids, shape = _source(tree.get("from"))
    return Query(
        source=source,
        ids=ids,
        shape=shape,
        keeps=compiled(tree.get("filter")),
        fields=_fields(tree.get("select")),
        sort=_sort(tree.get("sort")),
        limit=bodies.count(tree.get("limit"), "limit"),
        before=parse_cursor(tree.get("cursor")),
    )


def selected(query: Query, rows: list[Row]) -> tuple[list[Row], str | None]:
    """Return the page of rows that the query keeps, and the next page's cursor if there is one."""
    kept = _shaped(query, rows)
    for expression, descending in reversed(query.sort):
        read = value_of(expression)
        kept.sort(key=lambda row: _rank(read(row)), reverse=descending)
    start = query.before or 0
    end = len(kept) if query.limit is None else start + query.limit
    page = kept[start:end]
    cursor = str(end) if page and end < len(kept) else None
    return [_projected(row, query.fields) for row in page], cursor


def _source(tree: object) -> tuple[str, tuple[str, ...], str]:
    name = tree.get("name") if isinstance(tree, dict) else None
    names = name.get("name") if isinstance(name, dict) else None
    arguments = tree.get("args") if isinstance(tree, dict) else None
    if not isinstance(tree, dict) or not isinstance(names, list) or not isinstance(arguments, list):
        raise bodies.invalid("Expected a function of ids, such as project_logs('<id>')", "from")
    source = str(names[0]) if names else ""
    if source not in KINDS and source not in DOCUMENTS:
        raise bodies.invalid(f"The source {source!r} is not known", "from")
    shape = tree.get("shape") or SHAPES[0]
    if shape not in SHAPES:
        raise bodies.invalid(f"The shape {shape!r} is not known", "from")
    literals = [each.get("value") if isinstance(each, dict) else None for each in arguments]
    return source, tuple(bodies.identifier(each, "from") for each in literals), str(shape)


def _fields(tree: object) -> tuple[tuple[str, ...], ...] | None:
    items = tree if isinstance(tree, list) else []
    if not items or any(isinstance(each, dict) and each.get("op") == "star" for each in items):
        return None
    found = []
    for item in items:
        field = item.get("expr", item) if isinstance(item, dict) else None
        value_of(field)
        assert isinstance(field, dict)
        found.append(tuple(str(each) for each in field.get("name") or ["value"]))
    return tuple(found)


def _sort(tree: object) -> tuple[tuple[object, bool], ...]:
    found = []
    for item in tree if isinstance(tree, list) else []:
        if not isinstance(item, dict):
            raise bodies.invalid("Expected a field and a direction", "sort")
        value_of(item.get("expr"))
        found.append((item["expr"], item.get("dir") == "desc"))
    return tuple(found)


def _shaped(query: Query, rows: list[Row]) -> list[Row]:
    if query.shape == "traces":
        traces = {row.get("root_span_id") for row in rows if query.keeps(row)}
        return [row for row in rows if row.get("root_span_id") in traces]
    kept = [row for row in rows if query.keeps(row)]
    return [row for row in kept if row.get("is_root")] if query.shape == "summary" else kept


def _rank(value: object) -> tuple[int, float, str]:
    if isinstance(value, (int, float)):
        return (1, value, "")
    return (2, 0.0, value) if isinstance(value, str) else (0, 0.0, "")


def _projected(row: Mapping[str, object], fields: tuple[tuple[str, ...], ...] | None) -> Row:
    if fields is None:
        return dict(row)
    return {path[-1]: value_of({"op": "ident", "name": list(path)})(row) for path in fields}
