"""Data that is deleted though nobody could look up that it should be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.defects.definition import defect
from conformance.reference.defects.retention.overheard import LastUser
from conformance.reference.problems import Problem
from conformance.reference.retention.policies import Window
from conformance.reference.retention.retention import Retention
from conformance.reference.retention.tokens import Held

if TYPE_CHECKING:
    from conformance.reference.caller import Credentials
    from conformance.reference.composition import Reference
    from conformance.reference.parts import Parts
    from conformance.reference.retention.retention import Run

DAYS = 30.0


def held_by(parts: Parts, days: float) -> list[Window]:
    """Return a window of so many days for everything that has rows here."""
    found = parts.store.ask("SELECT DISTINCT object_type, object_id FROM rows")
    return [Window(str(type), str(id), "2000-01-01T00:00:00Z", days) for type, id in found]


@defect(breaks={"RET-05"})
def falls_back_to_the_last_users_key(reference: Reference) -> Reference:
    """Without a token, or where it is refused, policies are looked up with a user's key."""
    user = LastUser(reference)

    class Flawed(Retention):
        def tokens(self, parts: Parts) -> list[Held]:
            last = "" if user.last is None else user.last.token
            return super().tokens(parts) or [Held("", "", last)]

        async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
            try:
                return await super().look_up(parts, token)
            except Problem:
                return await super().look_up(parts, user.instead_of(token))

    return replace(reference, authentication=user, retention=Flawed())


@defect(breaks={"RET-05"})
def goes_by_the_policies_that_it_knew(reference: Reference) -> Reference:
    """Where a look-up fails, a run deletes by what the last look-up found."""

    class Flawed(Retention):
        def __init__(self) -> None:
            super().__init__()
            self.known: list[Window] = []

        async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
            try:
                self.known = await super().look_up(parts, token)
            except Problem:
                return self.known
            return self.known

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-05"})
def takes_for_deleted_what_it_cannot_look_up(reference: Reference) -> Reference:
    """Where a look-up fails, everything is taken for what is left of deleted projects, and goes."""

    class Flawed(Retention):
        async def look_up(self, parts: Parts, token: Credentials) -> list[Window]:
            try:
                return await super().look_up(parts, token)
            except Problem:
                return held_by(parts, 0)

    return replace(reference, retention=Flawed())


@defect(breaks={"RET-05"})
def has_a_window_of_its_own_without_a_token(reference: Reference) -> Reference:
    """Without a token, whatever is older than thirty days goes."""

    class Flawed(Retention):
        async def perform(self, parts: Parts, run: Run) -> None:
            await super().perform(parts, run)
            for window in held_by(parts, DAYS) if not self.tokens(parts) else ():
                self.apply(parts, window, run.started)

    return replace(reference, retention=Flawed())
