"""Policies that are applied to what they are not about."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.defects.retention.safety import DAYS, held_by
from conformance.reference.retention.policies import Policies
from conformance.reference.retention.retention import Retention

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.reference.caller import Credentials
    from conformance.reference.composition import Reference
    from conformance.reference.parts import Parts
    from conformance.reference.retention.policies import Policy, Window

    Row = dict[str, object]

TYPES = ("project_logs", "experiment", "dataset")


@defect(breaks={"RET-08", "RET-09"})
def applies_a_policy_to_every_kind(reference: Reference) -> Reference:
    """A policy for one kind of object is one for everything in its project."""

    class Flawed(Policies):
        def policies(self, automations: Iterable[Row]) -> list[Policy]:
            found = super().policies(automations)
            return [replace(each, object_type=type) for each in found for type in TYPES]

    return replace(reference, policies=Flawed())


@defect(breaks={"RET-05", "RET-08", "RET-09"})
def applies_a_policy_to_every_project(reference: Reference) -> Reference:
    """A policy for the logs of one project is one for the logs of all that have none."""

    class Flawed(Retention):
        async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
            windows = await super().look_up(parts, token)
            days = [each.days for each in windows if each.type == "project_logs"]
            known = {each.id for each in windows}
            others = [each for each in held_by(parts, min(days, default=0)) if each.id not in known]
            logs = [each for each in others if each.type == "project_logs"]
            return [*windows, *logs] if days else windows

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-05", "RET-09"})
def has_a_window_for_what_has_no_policy(reference: Reference) -> Reference:
    """What no policy names is kept for thirty days."""

    class Flawed(Retention):
        async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
            windows = await super().look_up(parts, token)
            known = {each.id for each in windows}
            return [*windows, *(each for each in held_by(parts, DAYS) if each.id not in known)]

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-09"})
def deletes_all_where_there_is_no_policy(reference: Reference) -> Reference:
    """Where a look-up finds no policy at all, nothing needs to be kept."""

    class Flawed(Retention):
        async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
            return await super().look_up(parts, token) or held_by(parts, 0)

    return replace(reference, retention=Flawed())
