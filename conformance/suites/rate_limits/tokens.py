"""Tokens that nobody used before: what is asked with one, and what the control plane hears of it.

Each request carries a mark through the data plane, so that it is known again on the other side.
"""

from __future__ import annotations

import re
import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from conformance import sockets
from conformance.client import Person
from conformance.instruments.arrivals import Attempt, Heard, Tally, tally
from mock_control_plane.client import digest_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from conformance.callers import Callers
    from conformance.client import Caller, Request
    from conformance.exchange import Exchange
    from mock_control_plane.client import Entry, Realm

LOOKED_UP = ("project", "experiment", "dataset")
LOGIN = "/api/apikey/login"
EVERYTHING = 1_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """A deployment, through whoever calls it, and what its control plane hears."""

    callers: Callers
    realm: Realm

    def person(self) -> Person:
        """A user that nobody has heard of before."""
        user, organization = self.realm.create_user(), self.realm.organization
        return Person(user.id, user.email, organization.id, organization.name)

    def token(self, person: Person | None = None) -> Token:
        """A token that was never used, of this user or of a new one."""
        owner = person or self.person()
        secret = self.realm.create_key(owner.id or "").secret
        nobody = self.callers.anonymous()
        caller = nobody.with_key(secret, person=owner, shown="$BRAINTRUST_API_KEY")
        return Token(caller, self.realm, digest_of(secret), self.realm.position())


@dataclass(slots=True)
class Token:
    """One token of a user; used by one thread, which adds its attempts and the last exchange."""

    caller: Caller
    realm: Realm
    digest: str = field(repr=False)
    began: int
    attempts: list[Attempt] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list, repr=False)
    prefix: str = field(default_factory=lambda: f"mark-{secrets.token_hex(6)}-")

    def greet(self) -> None:
        """Make a request that the data plane serves itself, and so verifies the token for."""
        request = self.caller.compose("GET", "/v1/project", query={"limit": 1})
        self._make([self._next_mark()], lambda: [self.caller.transport.send(request)])

    def ask(self, *, mixed: bool = False) -> bool:
        """Ask for what must be passed on, over a kept connection; return whether it was.

        It is always the same that is asked for, or (`mixed`) one thing after the other.
        """
        mark = self._next_mark()
        request = self._request(mark, len(self.attempts) if mixed else 0)
        return self._make([mark], lambda: [self.caller.transport.send(request)]) == [True]

    def volley(self, at_once: int) -> list[bool]:
        """Ask over so many new connections at one moment; return which were passed on."""
        marks = [self._next_mark(place) for place in range(at_once)]
        requests = [self._request(mark, 0) for mark in marks]
        reach = self.caller.transport.reach
        return self._make(marks, lambda: sockets.volley(reach, requests))

    @property
    def last(self) -> Exchange:
        """The newest exchange; there must have been one."""
        return self.exchanges[-1]

    def entries(self) -> list[Entry]:
        """What the control plane heard with this token, in the order in which it came."""
        heard = self.realm.entries(after=self.began, limit=EVERYTHING, credential=self.digest)
        return sorted(heard, key=lambda entry: entry.monotonic)

    def count(self, after: int | None = None) -> int:
        """How many requests with this token the control plane heard, of all or of the later."""
        since = self.began if after is None else after
        return self.realm.count(after=since, credential=self.digest)

    def tally(self, entries: Sequence[Entry] | None = None) -> Tally:
        """What became of the requests so far."""
        known = self.entries() if entries is None else entries
        return tally(self.attempts, [self._heard(entry) for entry in known])

    def _heard(self, entry: Entry) -> Heard:
        told = f"{entry.query} {entry.body.decode('utf-8', 'replace')}"
        found = re.search(rf"{self.prefix}\d+", told)
        return Heard(entry.monotonic, found[0] if found else None, entry.status)

    def _make(self, marks: Sequence[str], send: Callable[[], list[Exchange]]) -> list[bool]:
        sent = time.monotonic()
        exchanges = send()
        answered = time.monotonic()
        self.attempts += [
            Attempt(mark, sent, answered, exchange.status)
            for mark, exchange in zip(marks, exchanges, strict=True)
        ]
        self.exchanges[:] = exchanges[-1:]
        return [exchange.ok for exchange in exchanges]

    def _next_mark(self, place: int = 0) -> str:
        return f"{self.prefix}{len(self.attempts) + place}"

    def _request(self, mark: str, turn: int) -> Request:
        place = turn % (len(LOOKED_UP) + 1)
        if place == len(LOOKED_UP):
            return self.caller.compose("POST", LOGIN, query={"mark": mark})
        kind = LOOKED_UP[place]
        return self.caller.compose("POST", f"/api/{kind}/get", json={f"{kind}_name": mark})
