"""The resources header lists the objects that a request touched, all of them and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance import expect
from conformance.instruments import audit
from conformance.marks import requirement
from conformance.suites.audit import headers
from conformance.suites.audit.tour import Stop, Thing, Tours, all_succeeded, succeeded, thing_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conformance.callers import Callers
    from conformance.client import Caller
    from conformance.exchange import Exchange
    from conformance.specimens import Specimen, Specimens

MANY = 2
FEW = 12
"""So many resources fit into the headers of any data plane."""


@requirement("AUD-10")
def test_a_resource_has_type_id_and_name(tours: Tours) -> None:
    """Every listed resource is an object with a type, an id and a name."""
    for stop in succeeded(tours.audited):
        for item in headers.listed(stop.exchange):
            lacking = audit.malformed(item)
            expect.that(
                lacking is None,
                expected=f"each resource listed by {stop.operation} has a type, an id and a name",
                came=lacking or "",
                exchanges=stop.exchange,
            )
    all_succeeded(tours.audited)


@requirement("AUD-10")
def test_type_and_name_are_the_objects(tours: Tours) -> None:
    """The resource of the object has its type, and its name before or after the request."""
    seen = 0
    known = _known(tours.audited)
    for stop in succeeded(tours.audited):
        seen += _expect_described(stop.exchange, stop.thing)
        for identifier in known.keys() - {stop.thing.id}:
            _expect_described(stop.exchange, known[identifier])
    if not seen:
        expect.inconclusive("no object of any request was listed, which AUD-11 judges")


@requirement("AUD-10")
def test_the_name_follows_the_object(callers: Callers, specimens: Specimens) -> None:
    """An object that was audited and then renamed, twice, is listed by its newest name."""
    caller = callers.new()
    seen = 0
    project = specimens.make(caller, "project")
    for kind in ("dataset", "prompt"):
        specimen = specimens.make(caller, kind, project=project)
        for _ in range(2):
            caller.read(specimen.path, audit=True)
            renamed = specimens.unique("renamed")
            changed = caller.eventually("PATCH", specimen.path, json={"name": renamed}, audit=True)
            expect.done(changed, to=f"rename a {kind}")
            read = _read_renamed(caller, specimen, renamed)
            seen += _expect_described(read, thing_of(specimen, renamed))
    if not seen:
        expect.inconclusive("no object of any request was listed, which AUD-11 judges")


@requirement("AUD-11")
def test_the_object_of_the_request_is_listed(tours: Tours) -> None:
    """What a request creates, or what its path names, stands in the list; deleted things too."""
    for stop in succeeded(tours.audited):
        if stop.operation.verb != "create" and not stop.operation.parameters:
            continue
        listing = headers.resources(stop.exchange)
        expect.that(
            stop.thing.id in headers.ids(listing),
            expected=f"{stop.operation} lists its object {stop.thing.id}",
            came=headers.shown(listing),
            exchanges=stop.exchange,
        )
    all_succeeded(tours.audited)


@requirement("AUD-12")
def test_nothing_is_listed_twice(tours: Tours) -> None:
    """No object stands in a list twice."""
    for stop in succeeded(tours.audited):
        listing = headers.resources(stop.exchange)
        came = [(each.type, each.id) for each in listing]
        expect.that(
            len(came) == len(set(came)),
            expected=f"{stop.operation} lists each object once",
            came=headers.shown(listing),
            exchanges=stop.exchange,
        )
    all_succeeded(tours.audited)


@requirement("AUD-12")
def test_nothing_foreign_is_listed(tours: Tours) -> None:
    """A request lists nothing but what it or its answer names, and what that lies in."""
    person = tours.caller.person
    for stop in succeeded(tours.audited):
        around = [person.id, person.organization_id, stop.thing.project_id, *stop.returned]
        _expect_own(stop.exchange, around, str(stop.operation))
    all_succeeded(tours.audited)


@requirement("AUD-12")
def test_neighbours_are_not_listed(callers: Callers, specimens: Specimens) -> None:
    """Other objects of the same project, and of the same user, are not listed."""
    caller = callers.new()
    project, elsewhere = specimens.make(caller, "project"), specimens.make(caller, "project")
    for kind in ("experiment", "dataset"):
        one = specimens.make(caller, kind, project=project)
        neighbours = [
            specimens.make(caller, kind, project=project),
            specimens.make(caller, kind, project=elsewhere),
        ]
        for exchange in (
            caller.read(one.path, audit=True),
            caller.get(f"/v1/{kind}", query={"ids": one.id}, audit=True),
            caller.eventually("DELETE", one.path, audit=True),
        ):
            listing = headers.resources(exchange)
            # A list that returns them all the same, whatever it was asked, may list them.
            foreign = {each.id for each in neighbours if each.id not in exchange.text}
            expect.that(
                not foreign & set(headers.ids(listing)),
                expected=f"a request about {kind} {one.id} does not list its neighbours",
                came=headers.shown(listing),
                exchanges=exchange,
            )


@requirement("AUD-22")
def test_a_list_lists_what_it_returns(callers: Callers, specimens: Specimens) -> None:
    """Each object of a list's answer is in the list of resources: by ids, by name, by project."""
    caller = callers.new()
    project = specimens.make(caller, "project")
    judged = 0
    for kind in ("experiment", "dataset", "prompt", "function"):
        made = [specimens.make(caller, kind, project=project) for _ in range(MANY)]
        queries: list[dict[str, object]] = [
            {"project_id": project.id},
            {"project_name": project.name},
            {f"{kind}_name": made[0].name, "project_id": project.id},
            {"ids": [each.id for each in made], "project_id": project.id},
        ]
        for query in queries:
            judged += _judge_list(caller, f"/v1/{kind}", query, made[0].id)
    _need_one(judged)


@requirement("AUD-22")
def test_a_list_of_projects_lists_them(callers: Callers, specimens: Specimens) -> None:
    """Each project of a list's answer is in the list of resources."""
    caller = callers.new()
    made = [specimens.make(caller, "project") for _ in range(2)]
    queries: list[tuple[dict[str, object], str]] = [
        ({"ids": [each.id for each in made]}, made[0].id),
        ({"project_name": made[1].name}, made[1].id),
    ]
    _need_one(sum(_judge_list(caller, "/v1/project", *each) for each in queries))


@requirement("AUD-22")
def test_rows_list_whose_they_are(tours: Tours) -> None:
    """Rows that are fetched, and a batch of rows for several objects, list all these objects."""
    for stop in succeeded(tours.audited):
        if stop.operation.verb in ("fetch", "fetch_by_query"):
            _expect_all(stop.exchange, [stop.thing.id], str(stop.operation))
        if stop.operation.verb == "batch":
            _expect_all(stop.exchange, stop.returned, str(stop.operation))
    all_succeeded([stop for stop in tours.audited if _is_about_rows(stop)])


def _is_about_rows(stop: Stop) -> bool:
    return stop.operation.verb in ("fetch", "fetch_by_query", "batch")


def _known(stops: list[Stop]) -> dict[str, Thing]:
    """Return every object of the tour, with all the names that it ever had."""
    known: dict[str, Thing] = {}
    for thing in (stop.thing for stop in stops):
        before = known.get(thing.id, thing)
        types, names = before.types | thing.types, before.names | thing.names
        known[thing.id] = replace(thing, types=types, names=names)
    return known


def _expect_described(exchange: Exchange, thing: Thing) -> bool:
    """Judge type and name of an object where it is listed; return whether it is."""
    resource = headers.named(exchange, thing.id)
    if resource is None:
        return False
    expect.that(
        resource.type in thing.types and resource.name in thing.names,
        expected=f"{thing.id} is listed with type {_or(thing.types)} and name {_or(thing.names)}",
        came=headers.shown([resource]),
        exchanges=exchange,
    )
    return True


def _read_renamed(caller: Caller, specimen: Specimen, name: str) -> Exchange:
    return caller.until(
        lambda answer: answer.ok and f'"{name}"' in answer.text,
        "GET",
        specimen.path,
        {"audit": True},
    )


def _expect_own(exchange: Exchange, around: Iterable[str | None], what: str) -> None:
    """Judge that all that is listed is named by the request or its answer, or lies around it."""
    asked = exchange.request_body.decode("utf-8", "replace")
    named = "\n".join([exchange.url, asked, exchange.text, *filter(None, around)])
    listing = headers.resources(exchange)
    foreign = [each for each in listing if each.id not in named]
    expect.that(
        not foreign,
        expected=f"{what} lists nothing but what the request or its answer names",
        came=headers.shown(foreign),
        exchanges=exchange,
    )


def _judge_list(caller: Caller, path: str, query: dict[str, object], awaited: str) -> bool:
    """Judge one list; return False where it is so long that its resources may have been cut."""
    exchange = caller.until(
        lambda answer: not answer.ok or awaited in answer.text,
        "GET",
        path,
        {"query": query, "audit": True},
    )
    returned = expect.objects_of(exchange, to=f"list objects of {path}")
    identifiers = [str(each.get("id")) for each in returned]
    if awaited not in identifiers:
        expect.inconclusive(f"the list does not return {awaited}, which was made before", exchange)
    if len(identifiers) > FEW:
        return False
    _expect_all(exchange, identifiers, f"GET {path}")
    return True


def _need_one(judged: int) -> None:
    if not judged:
        expect.inconclusive("every list was too long for its resources to fit into a header")


def _expect_all(exchange: Exchange, identifiers: Iterable[str], what: str) -> None:
    listing = headers.resources(exchange)
    missing = [each for each in identifiers if each not in headers.ids(listing)]
    expect.that(
        not missing,
        expected=f"{what} lists every object that it returns or changes",
        came=f"{headers.shown(listing)}; without {', '.join(missing)}",
        exchanges=exchange,
    )


def _or(words: Iterable[str]) -> str:
    return " or ".join(sorted(words))
