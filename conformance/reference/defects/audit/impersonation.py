"""Impersonation gone wrong: the wrong one of two people is named, or a refusal is got around."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.auditor import Auditor
from conformance.reference.authentication import Authentication
from conformance.reference.caller import Credentials
from conformance.reference.defects.definition import defect
from conformance.reference.problems import Forbidden

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import Headers

    from conformance.reference.auditor import Trail
    from conformance.reference.caller import Caller
    from conformance.reference.composition import Reference
    from conformance.reference.control_plane import ControlPlane


class Owners(Authentication):
    """Authentication that also learns whose key an impersonating request came with."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.owners: dict[str, Caller] = {}

    async def verify(self, control_plane: ControlPlane, credentials: Credentials) -> Caller:
        """Verify the caller, and the owner of the key beside."""
        caller = await super().verify(control_plane, credentials)
        if credentials.impersonated is not None:
            own = Credentials(credentials.token)
            self.owners[caller.digest] = await super().verify(control_plane, own)
        return caller

    def owner(self, trail: Trail) -> Caller | None:
        """Whose key it was, as far as that is somebody else than the caller."""
        return trail.caller and self.owners.get(trail.caller.digest, trail.caller)


def _with(reference: Reference, owners: Owners, auditor: Auditor) -> Reference:
    return replace(reference, authentication=owners, auditor=auditor)


def _owners(reference: Reference) -> Owners:
    return Owners(reference.settings.authentication_seconds)


@defect(breaks={"AUD-06"})
def names_the_id_of_the_impersonator(reference: Reference) -> Reference:
    """Under impersonation the id is that of the key's owner; the address is the right one."""
    owners = _owners(reference)

    class Flawed(Auditor):
        def user_id(self, trail: Trail) -> str | None:
            return super().user_id(replace(trail, caller=owners.owner(trail)))

    return _with(reference, owners, Flawed())


@defect(breaks={"AUD-06"})
def names_the_address_of_the_impersonator(reference: Reference) -> Reference:
    """Under impersonation the address is that of the key's owner; the id is the right one."""
    owners = _owners(reference)

    class Flawed(Auditor):
        def user_email(self, trail: Trail) -> str | None:
            return super().user_email(replace(trail, caller=owners.owner(trail)))

    return _with(reference, owners, Flawed())


@defect(breaks={"AUD-06"})
def names_the_impersonator_of_an_address(reference: Reference) -> Reference:
    """Who is impersonated by address, and not by id, is not the one who is named."""
    owners = _owners(reference)

    class Flawed(Auditor):
        def fields(
            self, trail: Trail, others: Sequence[tuple[bytes, bytes]]
        ) -> list[tuple[bytes, bytes]]:
            caller = trail.caller
            if caller is not None and "@" in (caller.credentials.impersonated or ""):
                trail = replace(trail, caller=owners.owner(trail))
            return super().fields(trail, others)

    return _with(reference, owners, Flawed())


@defect(breaks={"AUD-06", "AUD-21"})
def ignores_impersonation(reference: Reference) -> Reference:
    """Every request is done as the key's own user, whoever is to be impersonated."""

    class Flawed(Authentication):
        def credentials(self, headers: Headers) -> Credentials:
            return Credentials(super().credentials(headers).token)

    seconds = reference.settings.authentication_seconds
    return replace(reference, authentication=Flawed(seconds))


@defect(breaks={"AUD-21"})
def does_refused_impersonation_as_oneself(reference: Reference) -> Reference:
    """Where impersonation is refused, the request is done as the key's own user instead."""

    class Flawed(Authentication):
        async def verify(self, control_plane: ControlPlane, credentials: Credentials) -> Caller:
            try:
                return await super().verify(control_plane, credentials)
            except Forbidden:
                own = await super().verify(control_plane, Credentials(credentials.token))
                return replace(own, digest=credentials.digest)

    seconds = reference.settings.authentication_seconds
    return replace(reference, authentication=Flawed(seconds))


@defect(breaks={"AUD-21"})
def lets_everybody_impersonate_who_was_here(reference: Reference) -> Reference:
    """Whoever has used the data plane before can be impersonated by anybody: nobody is asked."""

    class Flawed(Authentication):
        def __init__(self, seconds: float) -> None:
            super().__init__(seconds)
            self.met: dict[str, Caller] = {}

        async def verify(self, control_plane: ControlPlane, credentials: Credentials) -> Caller:
            wanted = credentials.impersonated
            if wanted is not None and (met := self.met.get(wanted)):
                await super().verify(control_plane, Credentials(credentials.token))
                return replace(met, digest=credentials.digest)
            caller = await super().verify(control_plane, credentials)
            if wanted is None:
                self.met.update({caller.user_id: caller, caller.email or "": caller})
            return caller

    seconds = reference.settings.authentication_seconds
    return replace(reference, authentication=Flawed(seconds))
