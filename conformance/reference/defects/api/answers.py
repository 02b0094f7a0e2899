"""Answers that are not what the description of the API promises."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.answers import Answers
from conformance.reference.defects.definition import defect
from conformance.reference.events.events import Events
from conformance.reference.events.summaries import Summaries
from conformance.reference.objects.definitions import Definitions
from conformance.reference.objects.metadata import Metadata
from conformance.reference.problems import Broken

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.auditor import Trail
    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.objects.kinds import Kind
    from conformance.reference.problems import Missing, Problem
    from conformance.reference.rows import Target

    Row = dict[str, object]


class _NumberInList(Metadata):
    async def listed(self, call: Call, kind: Kind, wish: Row, limit: int | None) -> list[Row]:
        found = await super().listed(call, kind, wish, limit)
        return [{**row, "description": 0} for row in found] if kind.name == "dataset" else found


class _WithoutPublic(Metadata):
    async def registered(self, call: Call, kind: Kind, wish: Row) -> tuple[object, Row]:
        answer, row = await super().registered(call, kind, wish)
        return answer, {name: row[name] for name in row if name != "public"}


class _NumberedVersions(Definitions):
    async def answer(self, call: Call, kind: Kind, row: Row, *, how: str = "created") -> Response:
        return await super().answer(call, kind, {**row, "_xact_id": 1}, how=how)


class _NumberedRows(Events):
    async def fetch(self, call: Call, type: str) -> Response:
        response = await super().fetch(call, type)
        fetched = json.loads(bytes(response.body))
        for row in fetched["events"]:
            row["_xact_id"] = int(row["_xact_id"])
        return call.parts.answers.json(fetched)


class _WithoutLinks(Summaries):
    async def named(self, call: Call, target: Target) -> Row:
        named = await super().named(call, target)
        return {name: named[name] for name in named if not name.endswith("_url")}


class _NotFound(Answers):
    def missing(self, problem: Missing, *_: object) -> Response:
        return self.text(problem.message, status=404)


class _StrictText(Definitions):
    def fields(self, kind: Kind, body: Row) -> Row:
        json.dumps(body, ensure_ascii=False).encode()
        return super().fields(kind, body)


class _Recursing(Answers):
    def problem(self, problem: Problem, trail: Trail, trace_id: str) -> Response:
        if "nested deeper" in problem.message or "recursion" in problem.message:
            problem = Broken("maximum recursion depth exceeded")
        return super().problem(problem, trail, trace_id)


class _SmallNumbers(Metadata):
    async def page(self, call: Call, kind: Kind) -> Response:
        int(call.query.get("limit") or 0).to_bytes(8)
        return await super().page(call, kind)


class _Html(Summaries):
    async def dataset(self, call: Call) -> Response:
        response = await super().dataset(call)
        response.headers["content-type"] = "text/html"
        return response


@defect(breaks={"API-01"})
def lists_a_number_as_a_description(reference: Reference) -> Reference:
    """In lists of datasets, and nowhere else, the description is a number."""
    return replace(reference, metadata=_NumberInList())


@defect(breaks={"API-01"})
def leaves_out_whether_an_experiment_is_public(reference: Reference) -> Reference:
    """The answer to the creation of an experiment does not say whether it is public."""
    return replace(reference, metadata=_WithoutPublic())


@defect(breaks={"API-01"})
def numbers_the_versions_of_prompts(reference: Reference) -> Reference:
    """The version of a prompt or function that was just written is a number, not a text."""
    return replace(reference, definitions=_NumberedVersions())


@defect(breaks={"API-01"})
def numbers_the_versions_of_rows(reference: Reference) -> Reference:
    """The version of a row that is fetched is a number, not a text."""
    return replace(reference, events=_NumberedRows())


@defect(breaks={"API-01"})
def leaves_links_out_of_summaries(reference: Reference) -> Reference:
    """A summary does not say where people find what it is about."""
    return replace(reference, summaries=_WithoutLinks())


@defect(breaks={"API-09"})
def answers_404_for_what_is_missing(reference: Reference) -> Reference:
    """A missing object is answered with 404, where production has 400 or 403."""
    return replace(reference, answers=_NotFound())


@defect(breaks={"API-09"})
def calls_a_summary_a_page(reference: Reference) -> Reference:
    """The summary of a dataset is sent as text/html."""
    return replace(reference, summaries=_Html())


@defect(breaks={"API-02"})
def fails_on_a_lone_surrogate(reference: Reference) -> Reference:
    """A lone surrogate in a prompt or a function ends in a 500."""
    return replace(reference, definitions=_StrictText())


@defect(breaks={"API-02"})
def fails_on_deep_json(reference: Reference) -> Reference:
    """A body that is nested very deeply ends in a 500."""
    return replace(reference, answers=_Recursing())


@defect(breaks={"API-02"})
def fails_on_a_huge_integer(reference: Reference) -> Reference:
    """A limit that no 64 bits can hold ends in a 500 where projects and the like are listed."""
    return replace(reference, metadata=_SmallNumbers())
