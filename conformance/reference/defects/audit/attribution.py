"""Audit headers that name somebody else, or nobody: whose request it was is not what they say."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.auditor import Auditor
from conformance.reference.authentication import Authentication
from conformance.reference.defects.definition import defect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.datastructures import Headers
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

    from conformance.reference.auditor import Trail
    from conformance.reference.caller import Caller
    from conformance.reference.composition import Reference
    from conformance.reference.control_plane import ControlPlane

# An id that is not the user's is wrong for everybody: under impersonation and concurrency as well.
WRONG_ID = {"AUD-04", "AUD-06", "AUD-16"}
WRONG_EMAIL = {"AUD-05", "AUD-06", "AUD-16"}


@defect(breaks=WRONG_ID)
def names_the_key_and_not_its_user(reference: Reference) -> Reference:
    """x-bt-audit-user-id carries the id of the API key."""

    class Flawed(Auditor):
        def user_id(self, trail: Trail) -> str | None:
            caller = trail.caller
            return str(uuid.uuid5(uuid.NAMESPACE_URL, caller.credentials.token)) if caller else None

    return replace(reference, auditor=Flawed())


@defect(breaks=WRONG_ID)
def names_the_organisation_and_not_the_user(reference: Reference) -> Reference:
    """x-bt-audit-user-id carries the id of the user's organisation."""

    class Flawed(Auditor):
        def user_id(self, trail: Trail) -> str | None:
            caller = trail.caller
            return caller.organizations[0].id if caller else None

    return replace(reference, auditor=Flawed())


@defect(breaks=WRONG_ID)
def names_the_first_user_ever_seen(reference: Reference) -> Reference:
    """x-bt-audit-user-id carries the id of whoever was audited first since the start."""

    class Flawed(Auditor):
        def __init__(self) -> None:
            self.first: str | None = None

        def user_id(self, trail: Trail) -> str | None:
            self.first = self.first or super().user_id(trail)
            return self.first if trail.caller else None

    return replace(reference, auditor=Flawed())


@defect(breaks=WRONG_EMAIL)
def masks_the_address(reference: Reference) -> Reference:
    """x-bt-audit-user-email shows the first letter and the domain of the address."""

    class Flawed(Auditor):
        def user_email(self, trail: Trail) -> str | None:
            name, at, domain = (super().user_email(trail) or "").partition("@")
            return f"{name[:1]}***@{domain}" if at else None

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-05"})
def writes_the_address_in_small_letters(reference: Reference) -> Reference:
    """x-bt-audit-user-email is in small letters, though the user's address has capitals."""

    class Flawed(Auditor):
        def user_email(self, trail: Trail) -> str | None:
            email = super().user_email(trail)
            return email and email.lower()

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-05"})
def drops_the_tag_of_an_address(reference: Reference) -> Reference:
    """x-bt-audit-user-email lacks what follows a plus sign: ann@… for ann+ci@…."""

    class Flawed(Auditor):
        def user_email(self, trail: Trail) -> str | None:
            email = super().user_email(trail)
            return email and re.sub(r"\+[^@]*", "", email)

    return replace(reference, auditor=Flawed())


@defect(breaks=WRONG_EMAIL)
def gives_everybody_the_first_address(reference: Reference) -> Reference:
    """x-bt-audit-user-email is that of whoever was audited first: the owner's, mostly."""

    class Flawed(Auditor):
        def __init__(self) -> None:
            self.first: str | None = None

        def user_email(self, trail: Trail) -> str | None:
            self.first = self.first or super().user_email(trail)
            return self.first if trail.caller else None

    return replace(reference, auditor=Flawed())


class Current:
    """What a careless data plane keeps in a global variable: the user who came last."""

    caller: Caller | None = None


class Remembering(Authentication):
    """Authentication that leaves the user whom it verified in a place that everybody shares."""

    def __init__(self, seconds: float, current: Current) -> None:
        super().__init__(seconds)
        self.current = current

    async def authenticate(self, control_plane: ControlPlane, headers: Headers) -> Caller:
        """Verify the caller and leave it there."""
        self.current.caller = await super().authenticate(control_plane, headers)
        return self.current.caller


def _sharing(reference: Reference, current: Current, auditor: Auditor) -> Reference:
    seconds = reference.settings.authentication_seconds
    return replace(reference, authentication=Remembering(seconds, current), auditor=auditor)


@defect(breaks={"AUD-16"})
def keeps_the_user_in_a_global_variable(reference: Reference) -> Reference:
    """A request is attributed to the user who was authenticated last, when its answer is ready."""
    current = Current()

    class Flawed(Auditor):
        def fields(
            self, trail: Trail, others: Sequence[tuple[bytes, bytes]]
        ) -> list[tuple[bytes, bytes]]:
            caller = trail.caller and current.caller
            return super().fields(replace(trail, caller=caller), others)

    return _sharing(reference, current, Flawed())


@defect(breaks={"AUD-16"})
def keeps_the_address_in_a_global_variable(reference: Reference) -> Reference:
    """The address, and only it, is that of the user who was authenticated last."""
    current = Current()

    class Flawed(Auditor):
        def user_email(self, trail: Trail) -> str | None:
            return current.caller.email if trail.caller and current.caller else None

    return _sharing(reference, current, Flawed())


class Crowd:
    """Counts the requests that are being served."""

    def __init__(self) -> None:
        self.size = 0

    def around(self, app: ASGIApp) -> ASGIApp:
        """The application, counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            self.size += scope["type"] == "http"
            try:
                await app(scope, receive, send)
            finally:
                self.size -= scope["type"] == "http"

        return counted


@defect(breaks={"AUD-16"})
def mixes_up_resources_in_a_crowd(reference: Reference) -> Reference:
    """Where requests overlap, one lists what the one before it touched."""
    crowd = Crowd()

    class Flawed(Auditor):
        def __init__(self) -> None:
            self.previous: Trail | None = None

        def audit(self, trail: Trail, response: Response) -> Response:
            previous, self.previous = self.previous, trail
            if crowd.size > 1 and previous is not None:
                trail = replace(trail, touched=previous.touched)
            return super().audit(trail, response)

    return replace(reference, auditor=Flawed(), wrap=(*reference.wrap, crowd.around))


@defect(breaks={"AUD-17"})
def attributes_no_failure(reference: Reference) -> Reference:
    """An answer that is an error has no audit headers."""

    class Flawed(Auditor):
        def audit(self, trail: Trail, response: Response) -> Response:
            return response if response.status_code >= 400 else super().audit(trail, response)

    return replace(reference, auditor=Flawed())


@defect(breaks={"AUD-17"})
def names_the_last_user_where_nobody_was_authenticated(reference: Reference) -> Reference:
    """A request with a wrong key is attributed to whoever came before it."""
    current = Current()

    class Flawed(Auditor):
        def fields(
            self, trail: Trail, others: Sequence[tuple[bytes, bytes]]
        ) -> list[tuple[bytes, bytes]]:
            return super().fields(replace(trail, caller=trail.caller or current.caller), others)

    return _sharing(reference, current, Flawed())
