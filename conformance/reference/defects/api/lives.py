"""Objects that do not live as they should."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.objects.definitions import Definitions
from conformance.reference.objects.metadata import Metadata

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.objects.kinds import Kind

    Row = dict[str, object]


class _StaysListed(Definitions):
    def __init__(self) -> None:
        self._deleted: dict[str, list[Row]] = {}

    async def delete(self, call: Call, kind: Kind) -> Response:
        row = await self.find(call, kind, call.id())
        self._deleted.setdefault(str(row["name"]), []).append(row)
        return await super().delete(call, kind)

    async def page(self, call: Call, kind: Kind) -> Response:
        response = await super().page(call, kind)
        name = call.query.get(f"{kind.name}_name", "")
        mine = {each.id for each in call.caller.organizations}
        kept = [row for row in self._deleted.get(name, []) if row["org_id"] in mine]
        found = json.loads(bytes(response.body))["objects"]
        return call.parts.answers.json({"objects": [*found, *kept]})


class _Deaf(Metadata):
    """Answers as if it did one action on one kind, and does not."""

    def __init__(self, kind: str, action: str) -> None:
        self._deaf_to = (kind, action)

    async def act(self, call: Call, kind: Kind, id: str, action: str, changes: Row) -> Row:
        if (kind.name, action) != self._deaf_to:
            return await super().act(call, kind, id, action, changes)
        parts = call.parts
        row = await parts.access.read(parts.control_plane, call.caller, kind.name, id)
        return {**row, **changes}


class _Overlapping(Metadata):
    """Begins a page with what the page before ended with."""

    async def listed(self, call: Call, kind: Kind, wish: Row, limit: int | None) -> list[Row]:
        found = await super().listed(call, kind, wish, limit)
        last = wish.get("starting_after")
        if not found or last is None or kind.name != "dataset":
            return found
        parts = call.parts
        row = await parts.access.read(parts.control_plane, call.caller, kind.name, str(last))
        return [row, *found][:limit]


class _Reviving(Definitions):
    """What is made under a slug of something deleted is that again, as it was."""

    def __init__(self) -> None:
        self._deleted: dict[tuple[str, str], Row] = {}

    async def delete(self, call: Call, kind: Kind) -> Response:
        row = await self.find(call, kind, call.id())
        self._deleted[str(row["project_id"]), str(row["slug"])] = row
        return await super().delete(call, kind)

    def existing(self, call: Call, kind: Kind, row: Row) -> Row | None:
        old = self._deleted.get((str(row["project_id"]), str(row["slug"])))
        return super().existing(call, kind, row) or old


@defect(breaks={"API-04"})
def repeats_the_last_of_a_page(reference: Reference) -> Reference:
    """A page of datasets begins with the one that the page before ended with."""
    return replace(reference, metadata=_Overlapping())


@defect(breaks={"API-04"})
def makes_nothing_under_a_used_slug(reference: Reference) -> Reference:
    """A prompt or function that is made where one was deleted is answered, and not there."""
    return replace(reference, definitions=_Reviving())


@defect(breaks={"API-04"})
def lists_deleted_prompts(reference: Reference) -> Reference:
    """A deleted prompt or function is refused when it is read, and stays in lists."""
    return replace(reference, definitions=_StaysListed())


@defect(breaks={"API-04"})
def forgets_changes_of_datasets(reference: Reference) -> Reference:
    """A change of a dataset is answered as if it had been made, and is not."""
    return replace(reference, metadata=_Deaf("dataset", "patch_id"))


@defect(breaks={"API-04"})
def keeps_deleted_experiments(reference: Reference) -> Reference:
    """The deletion of an experiment is answered as if it had been made, and is not."""
    return replace(reference, metadata=_Deaf("experiment", "delete_id"))
