"""What a session with a real SDK trips over, and single calls do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.events.btql import Queries
from conformance.reference.events.logs3 import Logs
from conformance.reference.events.summaries import Summaries

if TYPE_CHECKING:
    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.events.btql import Query
    from conformance.reference.events.targets import Target
    from conformance.reference.merging import Row


@defect(breaks={"URL-01"})
def drops_what_would_be_merged(reference: Reference) -> Reference:
    """Feedback, and changes of rows that are there, are accepted by the SDKs' path and dropped."""

    class Flawed(Logs):
        def write(self, call: Call, target: Target, row: Row, xact_id: int) -> str:
            if row.get("_is_merge") is True:
                return str(row.get("id"))
            return super().write(call, target, row, xact_id)

    return replace(reference, logs=Flawed())


@defect(breaks={"URL-01"})
def reads_one_row_back(reference: Reference) -> Reference:
    """A query finds one row of each object."""

    class Flawed(Queries):
        async def source(
            self, call: Call, query: Query, id: str, version: int | None, *, history: bool
        ) -> list[Row]:
            return (await super().source(call, query, id, version, history=history))[:1]

    return replace(reference, queries=Flawed())


@defect(breaks={"URL-01"})
def averages_nothing(reference: Reference) -> Reference:
    """A summary has neither scores nor metrics."""

    class Flawed(Summaries):
        def numbers(self, call: Call, target: Target, base: Target | None) -> Row:
            numbers = super().numbers(call, target, base)
            return numbers | {"scores": {}, "metrics": {}}

    return replace(reference, summaries=Flawed())
