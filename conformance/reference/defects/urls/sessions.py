"""What a session with a real SDK trips over, and single calls do not."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.events.logs3 import Logs
from conformance.reference.events.summaries import Summaries
from conformance.reference.objects.definitions import Definitions

if TYPE_CHECKING:
    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.documents import Selection
    from conformance.reference.merging import Row
    from conformance.reference.objects.kinds import Kind
    from conformance.reference.objects.paging import Wanted
    from conformance.reference.rows import Target


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
def keeps_what_is_deleted(reference: Reference) -> Reference:
    """A deletion is accepted by the SDKs' path, and the row stays."""

    class Flawed(Logs):
        def write(self, call: Call, target: Target, row: Row, xact_id: int) -> str:
            if row.get("_object_delete") is True:
                return str(row.get("id"))
            return super().write(call, target, row, xact_id)

    return replace(reference, logs=Flawed())


@defect(breaks={"URL-01"})
def averages_nothing(reference: Reference) -> Reference:
    """A summary has neither scores nor metrics."""

    class Flawed(Summaries):
        def numbers(self, call: Call, target: Target, base: Target | None) -> Row:
            numbers = super().numbers(call, target, base)
            return numbers | {"scores": {}, "metrics": {}}

    return replace(reference, summaries=Flawed())


@defect(breaks={"URL-01"})
def loads_the_newest_prompt(reference: Reference) -> Reference:
    """A prompt that is asked for by its slug is the newest one of its project, whatever that is."""

    class Flawed(Definitions):
        async def selection(self, call: Call, kind: Kind, asked: Wanted) -> Selection:
            return replace(await super().selection(call, kind, asked), slug=None)

    return replace(reference, definitions=Flawed())
