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
    from collections.abc import Sequence

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
    """One token of a user; used by one thread, which adds to its attempts."""

    caller: Caller
    realm: Realm
    digest: str = field(repr=False)
    began: int
    attempts: list[Attempt] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list, repr=False)
    prefix: str = field(default_factory=lambda: f"mark-{secrets.token_hex(6)}-")

    def ask(self, at_once: int = 1) -> list[Exchange]:
        """Ask for what must be passed on, over as many new connections at one moment."""
        first = len(self.attempts)
        marks = [f"{self.prefix}{number}" for number in range(first, first + at_once)]
        requests = [self._request(mark, number) for number, mark in enumerate(marks, first)]
        sent = time.monotonic()
        exchanges = sockets.volley(self.caller.transport.reach, requests)
        answered = time.monotonic()
        self.attempts += [
            Attempt(mark, sent, answered, exchange.status)
            for mark, exchange in zip(marks, exchanges, strict=True)
        ]
        self.exchanges += exchanges
        return exchanges

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
        return Heard(entry.monotonic, found[0] if found else None)

    def _request(self, mark: str, number: int) -> Request:
        turn = number % (len(LOOKED_UP) + 1)
        if turn == len(LOOKED_UP):
            return self.caller.compose("POST", LOGIN, query={"mark": mark})
        kind = LOOKED_UP[turn]
        return self.caller.compose("POST", f"/api/{kind}/get", json={f"{kind}_name": mark})
