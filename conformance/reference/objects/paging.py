"""What every list under `/v1` can be asked for: a page, ids, a name, a scope."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.reference import bodies

if TYPE_CHECKING:
    from starlette.datastructures import QueryParams

    from conformance.reference.objects.kinds import Kind


@dataclass(frozen=True, slots=True)
class Wanted:
    """The query of a list, checked; what is None was not given."""

    limit: int | None
    starting_after: str | None
    ending_before: str | None
    ids: list[str] | None
    name: str | None
    scope: dict[str, str]

    @property
    def page(self) -> dict[str, object]:
        """The limit and the bounds that were given, under their own names."""
        given = {
            "limit": self.limit,
            "starting_after": self.starting_after,
            "ending_before": self.ending_before,
        }
        return {name: value for name, value in given.items() if value is not None}


def wanted(query: QueryParams, kind: Kind) -> Wanted:
    """Return what a list of this kind is asked for, or refuse the request."""
    after, before = _optional_id(query, "starting_after"), _optional_id(query, "ending_before")
    if after is not None and before is not None:
        raise bodies.invalid("Only one of starting_after and ending_before is allowed", "query")
    limit = bodies.count(query.get("limit"), "limit")
    ids = [bodies.identifier(each, "ids") for each in query.getlist("ids")]
    scope = {name: query[name] for name in kind.filters if query.get(name)}
    if "project_id" in scope:
        scope["project_id"] = bodies.identifier(scope["project_id"], "project_id")
    for value in (*scope.values(), query.get(f"{kind.name}_name", "")):
        if not bodies.storable(value):
            raise bodies.invalid("A string may hold neither NUL nor lone surrogates", "query")
    return Wanted(
        limit=kind.default_limit if limit is None else limit,
        starting_after=after,
        ending_before=before,
        ids=ids or None,
        name=query.get(f"{kind.name}_name") or None,
        scope=scope,
    )


def _optional_id(query: QueryParams, name: str) -> str | None:
    value = query.get(name)
    return bodies.identifier(value, name) if value else None
