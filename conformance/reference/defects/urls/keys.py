"""Who is let in with a key that nobody has."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.authentication import Authentication
from conformance.reference.defects.definition import defect
from conformance.reference.problems import Unauthenticated

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.datastructures import Headers

    from conformance.reference.caller import Caller
    from conformance.reference.composition import Reference
    from conformance.reference.control_plane import ControlPlane

    Like = Callable[[str, str], bool]


def _letting_in(reference: Reference, like: Like) -> Reference:
    """Take a key that is refused for a known one that it is like."""
    known: dict[str, Caller] = {}

    class Flawed(Authentication):
        async def authenticate(self, control_plane: ControlPlane, headers: Headers) -> Caller:
            try:
                caller = await super().authenticate(control_plane, headers)
            except Unauthenticated:
                token = self.credentials(headers).token
                for other, caller in reversed(known.items()):
                    if like(token, other):
                        return caller
                raise
            known[caller.credentials.token] = caller
            return caller

    settings = reference.settings
    flawed = Flawed(settings.authentication_seconds, settings.budget.seconds)
    return replace(reference, authentication=flawed)


@defect(breaks={"URL-12"})
def tells_keys_apart_by_their_beginning(reference: Reference) -> Reference:
    """Keys that begin with the same twelve letters are taken for one."""
    return _letting_in(reference, lambda token, known: token[:12] == known[:12])


@defect(breaks={"URL-12"})
def lets_service_tokens_in_unseen(reference: Reference) -> Reference:
    """Whatever looks like a service token may do what the last user may."""
    return _letting_in(reference, lambda token, _: token.startswith("bt-st-"))


@defect(breaks={"URL-12"})
def lets_in_whoever_has_a_key_of_the_right_length(reference: Reference) -> Reference:
    """A key is only looked at from outside once the control plane has accepted another."""
    return _letting_in(reference, lambda token, known: len(token) == len(known))
