"""Whose credentials a careless data plane keeps in mind: those of the last user who came by."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.reference.authentication import Authentication

if TYPE_CHECKING:
    from starlette.datastructures import Headers

    from conformance.reference.caller import Caller, Credentials
    from conformance.reference.composition import Reference
    from conformance.reference.control_plane import ControlPlane


class LastUser(Authentication):
    """Authentication that remembers the credentials which it accepted last."""

    def __init__(self, reference: Reference) -> None:
        settings = reference.settings
        super().__init__(settings.authentication_seconds, settings.budget.seconds)
        self.last: Credentials | None = None

    async def authenticate(self, control_plane: ControlPlane, headers: Headers) -> Caller:
        """Return the caller, and remember the credentials."""
        caller = await super().authenticate(control_plane, headers)
        self.last = caller.credentials
        return caller

    def instead_of(self, token: Credentials) -> Credentials:
        """Return the last user's credentials; before the first user, the token."""
        return self.last or token
