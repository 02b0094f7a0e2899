"""Other ways to answer what the description of the API leaves open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.answers import Answers
from conformance.reference.objects.definitions import Definitions
from conformance.reference.variants.definition import variant

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.objects.kinds import Kind

    Row = dict[str, object]


@variant
def says_more_than_is_described(reference: Reference) -> Reference:
    """Objects, lists and errors have members that nobody asked for."""

    class Other(Answers):
        def json(self, value: object, *, status: int = 200) -> Response:
            more = {"_region": "eu", "_links": {"self": "/"}, "_more": [None, 1.5]}
            return super().json(value | more if isinstance(value, dict) else value, status=status)

    return replace(reference, answers=Other())


@variant
def gives_what_was_deleted_its_old_id(reference: Reference) -> Reference:
    """What is made under a slug that was used before is there again, under its old id."""

    class Other(Definitions):
        def __init__(self) -> None:
            self._ids: dict[tuple[str, str], str] = {}

        async def drafted(self, call: Call, kind: Kind) -> Row:
            row = await super().drafted(call, kind)
            used = self._ids.setdefault((str(row["project_id"]), str(row["slug"])), str(row["id"]))
            return {**row, "id": used}

    return replace(reference, definitions=Other())
