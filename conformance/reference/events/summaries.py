"""What experiments and datasets add up to: scores, metrics, records, and where people see them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from conformance.reference.bodies import identifier
from conformance.reference.events.scores import compared, counted
from conformance.reference.events.targets import find_target
from conformance.reference.problems import Missing

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.rows import Target

    Row = dict[str, object]


class Summaries:
    """Summaries under `/v1`, and the two older routes that only give numbers."""

    async def experiment(self, call: Call) -> Response:
        """Summarise an experiment, against another if one is asked for or is its base."""
        id, compared_id = call.id(), call.query.get("comparison_experiment_id")
        target = await find_target(call, "experiment", id)
        base = await self.base(call, target, compared_id)
        summary = await self.named(call, target)
        if base is not None:
            summary["comparison_experiment_name"] = base.name
        if call.query.get("summarize_scores", "").lower() == "true":
            summary |= self.numbers(call, target, base)
        return call.parts.answers.json(summary)

    async def dataset(self, call: Call) -> Response:
        """Summarise a dataset."""
        target = await find_target(call, "dataset", call.id())
        summary = await self.named(call, target)
        if call.query.get("summarize_data", "").lower() == "true":
            summary["data_summary"] = self.records(call, target)
        return call.parts.answers.json(summary)

    async def comparison(self, call: Call) -> Response:
        """Answer with the scores and metrics of an experiment alone."""
        id = identifier(call.query.get("experiment_id"), "experiment_id")
        target = await find_target(call, "experiment", id)
        base = await self.base(call, target, call.query.get("base_experiment_id"))
        return call.parts.answers.json(self.numbers(call, target, base))

    async def dataset_records(self, call: Call) -> Response:
        """Answer with the number of records of a dataset alone."""
        id = identifier(call.query.get("dataset_id"), "dataset_id")
        return call.parts.answers.json(self.records(call, await find_target(call, "dataset", id)))

    async def base(self, call: Call, target: Target, id: str | None) -> Target | None:
        """Return the experiment to compare with: the one asked for, or the experiment's base.

        A base that is gone is no base; one that is asked for must be there.
        """
        if id:
            return await find_target(call, "experiment", id)
        parts = call.parts
        row = await parts.access.recall(parts.control_plane, call.caller, "experiment", target.id)
        if not isinstance(row.get("base_exp_id"), str):
            return None
        try:
            return await find_target(call, "experiment", row["base_exp_id"])
        except Missing:
            return None

    async def named(self, call: Call, target: Target) -> Row:
        """Return the names of an object and its project, and where the web application has them."""
        parts = call.parts
        project = await parts.access.recall(
            parts.control_plane, call.caller, "project", str(target.owner["project_id"])
        )
        organization = call.caller.organization(str(project.get("org_id")))
        path = ("app", organization.name if organization else "", "p", str(project["name"]))
        project_url = self.url(call, *path)
        return {
            "project_name": project["name"],
            f"{target.type}_name": target.name,
            "project_url": project_url,
            f"{target.type}_url": self.url(call, *path, f"{target.type}s", target.name),
        }

    def url(self, call: Call, *path: str) -> str:
        """Return an address for people, under the public URL of the web application."""
        quoted = (quote(each, safe="", errors="replace") for each in path)
        return "/".join((call.parts.settings.public_url, *quoted))

    def numbers(self, call: Call, target: Target, base: Target | None) -> Row:
        """Return scores and metrics of an experiment, compared with the base's if there is one."""
        rows = call.parts.rows
        return compared(rows.read(target), None if base is None else rows.read(base))

    def records(self, call: Call, target: Target) -> Row:
        """Return how many records a dataset has."""
        return {"total_records": counted(call.parts.rows.read(target))}
