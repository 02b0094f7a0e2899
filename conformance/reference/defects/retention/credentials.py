"""Look-ups with a credential that is not the service token's, or that want more than it may."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.caller import Credentials
from conformance.reference.defects.definition import defect
from conformance.reference.defects.retention.overheard import LastUser
from conformance.reference.problems import Problem
from conformance.reference.retention.policies import Policies
from conformance.reference.retention.retention import Retention

if TYPE_CHECKING:
    from conformance.reference.composition import Reference
    from conformance.reference.control_plane import ControlPlane
    from conformance.reference.parts import Parts
    from conformance.reference.retention.policies import Policy, Window

    Row = dict[str, object]


@defect(breaks={"RET-01", "RET-02", "RET-05", "RET-13"})
def looks_up_with_the_last_users_key(reference: Reference) -> Reference:
    """Every look-up of a run carries the key of whoever made the last request."""
    user = LastUser(reference)

    class Flawed(Retention):
        async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
            return await super().look_up(parts, user.instead_of(token))

    return replace(reference, authentication=user, retention=Flawed())


@defect(breaks={"RET-02", "RET-13"})
def looks_metadata_up_with_the_last_users_key(reference: Reference) -> Reference:
    """Policies are looked up with the token, experiments and datasets with a user's key."""
    user = LastUser(reference)

    class Flawed(Policies):
        async def objects(
            self, control_plane: ControlPlane, token: Credentials, policy: Policy, project: Row
        ) -> list[Row]:
            other = user.instead_of(token)
            return await super().objects(control_plane, other, policy, project)

    return replace(reference, authentication=user, policies=Flawed())


@defect(breaks={"RET-02", "RET-13"})
def tries_its_licence_key_first(reference: Reference) -> Reference:
    """Look-ups carry the deployment's licence key, and the token where that is refused."""
    licence = Credentials(reference.settings.license)

    class Flawed(Policies):
        async def get(
            self, control_plane: ControlPlane, token: Credentials, kind: str, **wish: object
        ) -> list[Row]:
            try:
                return await super().get(control_plane, licence, kind, **wish)
            except Problem:
                return await super().get(control_plane, token, kind, **wish)

    return replace(reference, policies=Flawed())


@defect(breaks={"RET-03", "RET-13", "RET-15"})
def announces_each_run_to_the_control_plane(reference: Reference) -> Reference:
    """A run makes a project for its protocol, with the token, and stops where that is refused."""

    class Flawed(Retention):
        async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
            wish: Row = {"project_name": "retention runs"}
            await parts.control_plane.ask(token, "/api/project/register", wish)
            return await super().look_up(parts, token)

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-03", "RET-15"})
def needs_to_read_the_members_of_the_organisation(reference: Reference) -> Reference:
    """A run asks who belongs to the organisation, and stops where that is refused."""

    class Flawed(Retention):
        async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
            await parts.control_plane.ask(token, "/api/user/get", {})
            return await super().look_up(parts, token)

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-03", "RET-15"})
def needs_the_secrets_of_the_organisation(reference: Reference) -> Reference:
    """A run asks for the keys of model providers, and stops where that is refused."""

    class Flawed(Retention):
        async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
            await parts.control_plane.ask(token, "/api/secret", {"mode": "full"})
            return await super().look_up(parts, token)

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-13"})
def writes_down_in_the_control_plane_what_it_deleted(reference: Reference) -> Reference:
    """After its look-ups a run changes the projects, with the token, and goes on if refused."""

    class Flawed(Retention):
        async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
            windows = await super().look_up(parts, token)
            for each in windows:
                try:
                    wish: Row = {"id": each.id, "description": "retention ran"}
                    await parts.control_plane.ask(token, "/api/project/patch_id", wish)
                except Problem:
                    continue
            return windows

    return replace(reference, retention=Flawed())
