"""Requests that cause nothing outside, and are refused because the budget for that is spent."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.authentication import Authentication
from conformance.reference.defects.definition import defect
from conformance.reference.events.events import Events
from conformance.reference.limiter import Limiter, Outbound
from conformance.reference.objects.definitions import Definitions

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.caller import Caller, Credentials
    from conformance.reference.composition import Reference
    from conformance.reference.control_plane import ControlPlane
    from conformance.reference.objects.kinds import Kind


def _refuse_if_spent(limiter: Limiter, credentials: Credentials) -> None:
    """Raise `Limited` if the token has no budget left; nothing is counted."""
    outbound = Outbound(credentials.token, "", "")
    if limiter.applies(outbound):
        key = limiter.key(outbound)
        if not limiter.strategy.test(limiter.window, key):
            raise limiter.refusal(key)


@defect(breaks={"RATE-06"})
def refuses_everything_to_who_has_spent_his_budget(reference: Reference) -> Reference:
    """A token without budget is refused whatever it asks for."""
    settings, limiter = reference.settings, reference.limiter

    class Flawed(Authentication):
        async def authenticate(self, control_plane: ControlPlane, headers: Headers) -> Caller:
            caller = await super().authenticate(control_plane, headers)
            _refuse_if_spent(limiter, caller.credentials)
            return caller

    flawed = Flawed(settings.authentication_seconds, settings.budget.seconds)
    return replace(reference, authentication=flawed)


@defect(breaks={"RATE-06"})
def limits_the_reading_of_rows(reference: Reference) -> Reference:
    """A token without budget cannot read rows, which are kept here."""

    class Flawed(Events):
        async def fetch(self, call: Call, type: str) -> Response:
            _refuse_if_spent(call.parts.limiter, call.caller.credentials)
            return await super().fetch(call, type)

    return replace(reference, events=Flawed())


@defect(breaks={"RATE-06"})
def limits_the_writing_of_rows(reference: Reference) -> Reference:
    """A token without budget cannot write rows, which are kept here."""

    class Flawed(Events):
        async def insert(self, call: Call, type: str) -> Response:
            _refuse_if_spent(call.parts.limiter, call.caller.credentials)
            return await super().insert(call, type)

    return replace(reference, events=Flawed())


@defect(breaks={"RATE-06"})
def limits_the_reading_of_prompts(reference: Reference) -> Reference:
    """A token without budget cannot read prompts, which are kept here."""

    class Flawed(Definitions):
        async def read(self, call: Call, kind: Kind) -> Response:
            _refuse_if_spent(call.parts.limiter, call.caller.credentials)
            return await super().read(call, kind)

    return replace(reference, definitions=Flawed())
