"""Under impersonation the impersonated user is named; without the right to it, nothing is done."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from conformance import expect
from conformance.instruments import audit
from conformance.marks import requirement
from conformance.suites.audit import headers

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.client import Caller, Person
    from conformance.exchange import Exchange
    from conformance.specimens import Specimens
    from mock_control_plane.client import Realm

WAYS = ("id", "email")
PROJECTS = "/v1/project"
BECAUSE = "only who was made owner of all of a user's organisations may impersonate the user"


@requirement("AUD-06")
def test_the_impersonated_user_is_named(callers: Callers, specimens: Specimens) -> None:
    """An owner who impersonates a member, by id or e-mail, is not named; the member is."""
    owner, member = callers.new(role="owner"), callers.new()
    project = specimens.make(owner, "project")
    own = expect.done(owner.read(project.path, audit=True), to="read as oneself")
    made = expect.done(_create(owner, specimens), to="create as oneself")
    for way in WAYS:
        impersonated = _name(member.person, way)
        for control, exchange in (
            (own, owner.read(project.path, audit=True, impersonate=impersonated)),
            (made, _create(owner, specimens, impersonate=impersonated)),
        ):
            expect.done(exchange, to=f"let an owner impersonate a member by {way}")
            _expect_user(exchange, member.person, control)
    after = expect.done(owner.get(project.path, audit=True), to="read as oneself again")
    expect.equal(
        headers.user_of(after),
        headers.user_of(own),
        what="the user named once the impersonation is over",
        exchanges=after,
    )


@requirement("AUD-21")
def test_a_member_may_not_impersonate(callers: Callers, specimens: Specimens) -> None:
    """A member who impersonates another, by id or e-mail, is refused reading and creating."""
    owner, member, victim = callers.new(role="owner"), callers.new(), callers.new()
    _was_here(victim)
    names = [_name(victim.person, way) for way in WAYS]
    _expect_refused(owner, member, specimens, names)


@requirement("AUD-21")
def test_an_owner_of_one_organisation_may_not_impersonate_a_user_of_two(
    callers: Callers, specimens: Specimens, realm: Realm
) -> None:
    """Whoever owns only one of the user's two organisations is refused; an owner of both is not."""
    other = realm.create_organization()
    both = [realm.organization.id, other.id]
    victim = callers.new(organizations=both)
    _was_here(victim)
    owner = callers.new(role="owner", organizations=both)
    member = callers.new(role="owner", organizations=[realm.organization.id])
    _expect_refused(owner, member, specimens, [_name(victim.person, "id")])


def _expect_refused(owner: Caller, member: Caller, specimens: Specimens, names: list[str]) -> None:
    """Judge a member's attempts, beside the member's own request and the owner's impersonation."""
    project = specimens.make(member, "project")
    expect.done(member.read(project.path), to="let the member read as oneself")
    attempts = [_attempt(member, specimens, project.path, name) for name in names]
    for name in names:
        twin = owner.read(project.path, impersonate=name)
        expect.done(twin, to="let an owner of all organisations impersonate the same user")
    created = _create(owner, specimens, impersonate=names[0])
    to = "let an owner of all organisations create as the same user"
    _see(owner, expect.done(created, to=to))
    for attempt in attempts:
        _expect_no_project(owner, attempt)


def _attempt(member: Caller, specimens: Specimens, path: str, impersonated: str) -> Exchange:
    """Read and create in another's name; both must be refused. Return the attempt to create."""
    expect.refused(member.get(path, impersonate=impersonated), because=BECAUSE)
    body = specimens.body(member, "project")
    attempt = member.post("/v1/project", json=body, impersonate=impersonated)
    if attempt.ok:
        specimens.adopt(member, "project", attempt)
    return expect.refused(attempt, because=BECAUSE)


def _expect_no_project(owner: Caller, attempt: Exchange) -> None:
    """Look for the refused object by its name, once what was created after it is visible."""
    name = json.loads(attempt.request_body)["name"]
    found = owner.get(PROJECTS, query={"project_name": name})
    objects = expect.objects_of(found, to="list the projects of a name")
    named = [each for each in objects if each.get("name") == name]
    expect.that(
        not named,
        expected=f"a refused request creates no project {name}, in nobody's name",
        came=expect.shown(named),
        exchanges=(attempt, found),
    )


def _see(owner: Caller, created: Exchange) -> None:
    """See that a list by name shows what was created, or its silence would prove nothing."""
    to = "create a project"
    identifier = expect.field_of(created, "id", to=to)
    query = {"project_name": expect.field_of(created, "name", to=to)}
    found = owner.until(lambda answer: identifier in answer.text, "GET", PROJECTS, {"query": query})
    if identifier not in found.text:
        expect.inconclusive("a list by name does not show a project that was created", found)


def _was_here(victim: Caller) -> None:
    expect.done(headers.look(victim), to="let the user list projects")


def _name(person: Person, way: str) -> str:
    name = person.id if way == "id" else person.email
    if name is None:
        expect.inconclusive(f"the user who is to be impersonated has no {way}")
    return name


def _create(caller: Caller, specimens: Specimens, *, impersonate: str | None = None) -> Exchange:
    body = specimens.body(caller, "project")
    exchange = caller.post("/v1/project", json=body, audit=True, impersonate=impersonate)
    if exchange.ok:
        specimens.adopt(caller, "project", exchange)
    return exchange


def _expect_user(exchange: Exchange, person: Person, own: Exchange) -> None:
    """Compare both user headers; one that is missing even without impersonation is AUD-01's."""
    for name, wanted in ((audit.USER_ID, person.id), (audit.USER_EMAIL, person.email)):
        headers.present(own, name)
        expect.equal(
            exchange.header(name),
            wanted,
            what=f"{name} under impersonation of {person.email}",
            exchanges=exchange,
        )
