"""The audit headers name the user whose key made the request, and nobody without one."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import example, given

from conformance import expect, strategies
from conformance.instruments import audit
from conformance.marks import requirement
from conformance.suites.audit import headers
from conformance.suites.audit.tour import Tours, succeeded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from conformance.callers import Callers
    from conformance.client import Ask, Caller, Person
    from conformance.exchange import Exchange
    from conformance.specimens import Specimens
    from mock_control_plane.client import Realm

TURNS = 3
CREATE = "/v1/experiment"


@requirement("AUD-04")
def test_the_id_is_that_of_the_keys_user(callers: Callers) -> None:
    """Users who take turns over the same connections each get their own id."""
    everybody = [callers.new() for _ in range(TURNS)]
    for caller in [*everybody, *reversed(everybody)]:
        _expect_id(headers.look(caller), caller.person)


@requirement("AUD-04")
def test_the_id_is_there_on_every_operation(tours: Tours) -> None:
    """Whatever is done to whatever kind of object, the id is that of the user who did it."""
    for stop in succeeded(tours.audited):
        _expect_id(stop.exchange, tours.caller.person)


@requirement("AUD-04")
def test_two_keys_of_one_user_give_one_id(callers: Callers, realm: Realm | None) -> None:
    """The id is the user's and not the key's: a second key gives the same one."""
    caller = callers.new()
    person = caller.person
    _expect_id(headers.look(caller), person)
    if realm is not None and person.id is not None:
        other = caller.with_key(realm.create_key(person.id).secret, person=person)
        _expect_id(headers.look(other), person)


@requirement("AUD-04")
def test_a_user_of_two_organisations_has_one_id(callers: Callers, realm: Realm | None) -> None:
    """A user who belongs to two organisations is named by the same id as anybody."""
    if realm is None:
        caller = callers.new()
    else:
        other = realm.create_organization()
        caller = callers.new(organizations=[realm.organization.id, other.id])
    _expect_id(headers.look(caller), caller.person)


@requirement("AUD-05")
@given(address=strategies.email_addresses())
@example(address=strategies.ADDRESSES[0])
@example(address=strategies.ADDRESSES[1])
@example(address=strategies.ADDRESSES[2])
@example(address=strategies.ADDRESSES[3])
@example(address=strategies.ADDRESSES[4])
def test_the_email_is_that_of_the_keys_user(
    callers: Callers, realm: Realm | None, address: str
) -> None:
    """The address comes as it is: plus signs, dots, capital letters and all."""
    own = f"{secrets.token_hex(3)}.{address}" if realm is not None else None
    caller = callers.new(email=own) if own else callers.new()
    _expect_email(headers.look(caller), caller.person)


@requirement("AUD-05")
def test_the_email_is_there_on_every_operation(tours: Tours) -> None:
    """Whatever is done to whatever kind of object, the address is that of the user who did it."""
    for stop in succeeded(tours.audited):
        _expect_email(stop.exchange, tours.caller.person)


@requirement("AUD-05")
def test_a_user_without_email_gets_nobody_elses(callers: Callers, realm: Realm | None) -> None:
    """Where the user has no e-mail, the header is absent or empty, also after another user's."""
    other = callers.new()
    _expect_email(headers.look(other), other.person)
    if realm is None:
        return
    exchange = headers.look(callers.new(email=None))
    headers.present(exchange, audit.USER_ID)
    expect.that(
        not exchange.header(audit.USER_EMAIL),
        expected=f"no {audit.USER_EMAIL}, or an empty one, for a user who has no e-mail",
        came=expect.shown(exchange.header(audit.USER_EMAIL)),
        exchanges=exchange,
    )


@dataclass(frozen=True, slots=True)
class Failing:
    """A request that a data plane must refuse, and one of the same operation that it grants."""

    what: str
    method: str
    path: str
    good_path: str
    body: Mapping[str, object] | None = None
    good_body: Mapping[str, object] | None = None

    @property
    def creates(self) -> bool:
        """Whether the twin leaves an object behind."""
        return self.good_path == CREATE and self.method == "POST"

    def ask(self, caller: Caller, *, good: bool = False) -> Exchange:
        """Send the failing request, or its twin."""
        body = self.good_body if good else self.body
        options: Ask = {"audit": True}
        if body is not None:
            options["json"] = body
        return caller.request(self.method, self.good_path if good else self.path, **options)


@requirement("AUD-17")
def test_a_failure_after_authentication_is_attributed(
    callers: Callers, specimens: Specimens
) -> None:
    """A request that fails for another reason than its key names the key's user all the same."""
    caller = callers.new()
    stranger = _stranger(callers)
    judged = 0
    for failing in _failures(caller, specimens):
        twin = failing.ask(caller, good=True)
        if failing.creates and twin.ok:
            specimens.adopt(caller, "experiment", twin)
        judged += _is_attributed(failing, caller, stranger, twin)
    if not judged:
        expect.inconclusive("no request could be made to fail after authentication for certain")


@requirement("AUD-17")
def test_a_failed_authentication_names_nobody(callers: Callers) -> None:
    """With an unknown, a malformed or no key no user is named, also after somebody's turn."""
    caller = callers.new()
    granted = headers.look(caller)
    headers.present(granted, audit.USER_ID)
    nobodies = {
        "an unknown key": _stranger(callers),
        "a malformed key": callers.with_key("nonsense"),
        "no key": callers.anonymous(),
    }
    refused = 0
    for what, nobody in nobodies.items():
        exchange = nobody.get("/v1/project", query={"limit": 1}, audit=True)
        expect.that(
            not headers.user_of(exchange),
            expected=f"a request with {what} names no user",
            came=expect.shown(headers.user_of(exchange)),
            exchanges=exchange,
        )
        refused += 400 <= exchange.status < 500
    if not refused:
        expect.inconclusive("no request failed authentication, so nothing was seen")


def _failures(caller: Caller, specimens: Specimens) -> list[Failing]:
    project = specimens.make(caller, "project")
    experiment = specimens.make(caller, "experiment", project=project)
    unknown = str(uuid.uuid4())
    good = specimens.body(caller, "experiment", project=project)
    there, nowhere = project.path, f"/v1/project/{unknown}"
    one, none = {"limit": 1}, {"description": "none"}
    wrong = {"project_id": 7, "name": ["no", "name"]}
    astray = {**good, "project_id": unknown}
    twin = {**good, "name": specimens.unique("twin")}
    rows, no_rows = f"{experiment.path}/fetch", f"/v1/experiment/{unknown}/fetch"
    return [
        Failing("an unknown project", "GET", nowhere, there),
        Failing("an unknown experiment", "GET", f"/v1/experiment/{unknown}", experiment.path),
        Failing("a change of an unknown project", "PATCH", nowhere, there, none, none),
        Failing("a body of the wrong shape", "POST", CREATE, CREATE, wrong, good),
        Failing("a project that does not exist", "POST", CREATE, CREATE, astray, twin),
        Failing("rows of an unknown experiment", "POST", no_rows, rows, one, one),
    ]


def _is_attributed(failing: Failing, caller: Caller, stranger: Caller, twin: Exchange) -> bool:
    """Judge one failure, unless it may have failed before authentication or its twin failed too.

    Which came first is seen from outside: a wrong key changes the answer only if it was looked at.
    """
    exchange = failing.ask(caller)
    unauthenticated = failing.ask(stranger)
    user = headers.user_of(twin)
    certain = 400 <= exchange.status < 500 and unauthenticated.status != exchange.status
    if not certain or not twin.ok or audit.USER_ID not in user:
        return False
    expect.equal(
        headers.user_of(exchange),
        user,
        what=f"the user that the answer to {failing.what} names",
        exchanges=(twin, exchange),
    )
    return True


def _stranger(callers: Callers) -> Caller:
    return callers.with_key(f"sk-{secrets.token_hex(24)}")


def _expect_id(exchange: Exchange, person: Person) -> None:
    came = headers.present(exchange, audit.USER_ID)
    expect.equal(
        came, person.id, what=f"{audit.USER_ID} of {person.email}'s request", exchanges=exchange
    )


def _expect_email(exchange: Exchange, person: Person) -> None:
    if person.email is None:
        expect.inconclusive("the user of the run's key has no e-mail", exchange)
    came = headers.present(exchange, audit.USER_EMAIL)
    expect.equal(
        came, person.email, what=f"{audit.USER_EMAIL} of user {person.id}", exchanges=exchange
    )
