"""How long what is kept: looked up in the control plane, completely or not at all."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.reference.control_plane import field, rows
from conformance.reference.problems import ControlPlaneAway

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.reference.caller import Credentials
    from conformance.reference.control_plane import ControlPlane

    Row = dict[str, object]

KINDS = {"project_logs": "project", "experiment": "experiment", "dataset": "dataset"}
"""What policies are about, and the kind of object that it lies in or is."""


@dataclass(frozen=True, slots=True)
class Policy:
    """For how many days what a project has of one type is kept."""

    project_id: str
    object_type: str
    days: float


@dataclass(frozen=True, slots=True)
class Window:
    """An object to which a policy applies, as the control plane describes it."""

    type: str
    id: str
    created: object
    days: float


class Policies:
    """Asks the control plane, with the token that it is given, what applies to which object."""

    async def windows(self, control_plane: ControlPlane, token: Credentials) -> list[Window]:
        """Return every object to which a policy applies, or raise a `Problem`."""
        projects = {
            field(each, "id", str): each for each in await self.get(control_plane, token, "project")
        }
        found = await self.get(control_plane, token, "project_automation")
        windows: list[Window] = []
        for policy in self.policies(found):
            project = projects.get(policy.project_id)
            if project is not None:
                windows += await self.applied(control_plane, token, policy, project)
        return windows

    async def applied(
        self, control_plane: ControlPlane, token: Credentials, policy: Policy, project: Row
    ) -> list[Window]:
        """Return the objects of a project to which its policy applies, each with its window."""
        return [
            Window(policy.object_type, field(each, "id", str), each["created"], policy.days)
            for each in await self.objects(control_plane, token, policy, project)
        ]

    def policies(self, automations: Iterable[Row]) -> list[Policy]:
        """Return the policies among automations; one that cannot be understood is a `Problem`."""
        return [
            self.policy(field(each, "project_id", str), config)
            for each in automations
            if (config := field(each, "config", dict)).get("event_type") == "retention"
        ]

    def policy(self, project_id: str, config: Row) -> Policy:
        """Return the policy that an automation of a project stands for."""
        type, days = config.get("object_type"), config.get("retention_days")
        if not isinstance(type, str) or type not in KINDS:
            raise ControlPlaneAway("The control plane's answer has a policy for an unknown type")
        if isinstance(days, bool) or not isinstance(days, (int, float)) or not 0 <= days < math.inf:
            raise ControlPlaneAway("The control plane's answer has a policy without a window")
        return Policy(project_id, type, days)

    async def objects(
        self, control_plane: ControlPlane, token: Credentials, policy: Policy, project: Row
    ) -> list[Row]:
        """Return the objects of a project to which its policy applies."""
        if policy.object_type == "project_logs":
            return [{"created": None, **project}]
        found = await self.get(
            control_plane, token, KINDS[policy.object_type], project_id=policy.project_id
        )
        if any(each.get("project_id") != policy.project_id for each in found):
            raise ControlPlaneAway("The control plane's answer has objects of other projects")
        return [{"created": None, **each} for each in found]

    async def get(
        self, control_plane: ControlPlane, token: Credentials, kind: str, **wish: object
    ) -> list[Row]:
        """Return the objects of a kind that the token may read, all of them."""
        found = rows(await control_plane.ask(token, f"/api/{kind}/get", wish))
        return [each for each in found if each.get("deleted_at") is None]
