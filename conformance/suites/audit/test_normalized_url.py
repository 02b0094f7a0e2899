"""The normalised URL is the route's template, the same for every object, and tells nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from hypothesis import example, given
from hypothesis import strategies as st

from conformance import expect, strategies
from conformance.instruments import audit
from conformance.marks import requirement
from conformance.suites.audit import headers
from conformance.suites.audit.tour import Stop, Tours, all_succeeded, succeeded

if TYPE_CHECKING:
    from conformance.description import Description, Operation
    from conformance.exchange import Exchange
    from conformance.specimens import Specimens

READERS = (
    ("project", "read"),
    ("experiment", "read"),
    ("prompt", "read"),
    ("dataset", "fetch_by_query"),
    ("experiment", "summarize"),
)


@requirement("AUD-07")
def test_every_route_is_normalised(tours: Tours) -> None:
    """On each operation below /v1 the header is the template, each parameter one bracketed word."""
    stops = [stop for stop in succeeded(tours.audited) if stop.operation.below_v1]
    for stop in stops:
        headers.present(stop.exchange, audit.NORMALIZED_URL)
        _expect_template(stop.exchange, stop.operation)
    all_succeeded(tours.audited)


@requirement("AUD-07")
@given(identifier=strategies.foreign_ids(), reader=st.sampled_from(READERS))
@example(identifier=strategies.FOREIGN_IDS[0], reader=READERS[0])
@example(identifier=strategies.FOREIGN_IDS[1], reader=READERS[1])
@example(identifier=strategies.FOREIGN_IDS[3], reader=READERS[2])
@example(identifier=strategies.FOREIGN_IDS[4], reader=READERS[3])
@example(identifier=strategies.FOREIGN_IDS[7], reader=READERS[4])
@example(identifier=strategies.FOREIGN_IDS[9], reader=READERS[0])
@example(identifier=strategies.FOREIGN_IDS[11], reader=READERS[1])
def test_what_is_no_id_is_replaced_too(
    tours: Tours, description: Description, identifier: str, reader: tuple[str, str]
) -> None:
    """A parameter is replaced for where it stands, not for what it looks like."""
    exchange, operation = _ask_for(tours, description, identifier, reader)
    _control(tours, reader)
    _expect_template(exchange, operation)


@requirement("AUD-08")
def test_the_url_tells_nothing_of_the_object(tours: Tours) -> None:
    """No operation's normalised URL holds the id or a name of its object, a query or the host."""
    for stop in succeeded(tours.audited):
        url = stop.exchange.header(audit.NORMALIZED_URL)
        if url is None and stop.operation.below_v1:
            url = headers.present(stop.exchange, audit.NORMALIZED_URL)
        if url is not None:
            _expect_silence(stop.exchange, url, [stop.thing.id, *stop.thing.names])
    all_succeeded(tours.audited)


@requirement("AUD-08")
@given(identifier=strategies.foreign_ids(), reader=st.sampled_from(READERS))
@example(identifier=strategies.FOREIGN_IDS[0], reader=READERS[0])
@example(identifier=strategies.FOREIGN_IDS[3], reader=READERS[2])
def test_the_url_tells_nothing_of_the_request(
    tours: Tours, description: Description, identifier: str, reader: tuple[str, str]
) -> None:
    """Whatever stands in the path of an object, also of one that is not there, is not repeated."""
    exchange, _ = _ask_for(tours, description, identifier, reader)
    control = _control(tours, reader)
    url = exchange.header(audit.NORMALIZED_URL)
    if url is not None:
        words = [identifier, quote(identifier, safe="")]
        _expect_silence(exchange, url, [word for word in words if word not in control])


@requirement("AUD-08")
def test_the_url_is_the_same_for_every_object_and_query(tours: Tours, specimens: Specimens) -> None:
    """Two objects of a kind, and two queries of a list, have one and the same normalised URL."""
    caller = tours.caller
    project = specimens.make(caller, "project")
    stops = {stop.operation: stop for stop in succeeded(tours.audited)}
    for operation, stop in stops.items():
        if operation.verb == "read":
            other = specimens.make(caller, str(operation.kind), project=project)
            _expect_same(stop, caller.read(other.path, audit=True))
        if operation.verb == "list" and operation.kind != "project":
            query = {"project_name": project.name, "limit": 2}
            _expect_same(stop, caller.get(operation.template, query=query, audit=True))


def _ask_for(
    tours: Tours, description: Description, identifier: str, reader: tuple[str, str]
) -> tuple[Exchange, Operation]:
    operation = description.operation(*reader)
    path = operation.path(identifier)
    return tours.caller.request(operation.method, path, audit=True), operation


def _control(tours: Tours, reader: tuple[str, str]) -> str:
    """Return what the same route gives for an object that is there; AUD-01's if nothing."""
    for stop in succeeded(tours.audited):
        if (stop.operation.kind, stop.operation.verb) == reader:
            return headers.present(stop.exchange, audit.NORMALIZED_URL)
    expect.inconclusive(f"the data plane could not {' '.join(reversed(reader))}")


def _expect_template(exchange: Exchange, operation: Operation) -> None:
    """Judge the header where there is one: a request that fails may have none."""
    value = exchange.header(audit.NORMALIZED_URL)
    expect.that(
        value is None or audit.is_normalized(audit.path_only(value), operation.template),
        expected=f"{audit.NORMALIZED_URL} of {operation} is that path with one word in brackets "
        "for each parameter, as in /v1/project/[id]",
        came=expect.shown(value),
        exchanges=exchange,
    )


def _expect_silence(exchange: Exchange, url: str, words: list[str]) -> None:
    asked = urlsplit(exchange.url)
    for what, told in (
        ("what the path or the object says", words),
        ("the host", ["//", f"{asked.hostname}/", f"{asked.hostname}:"]),
        ("the query", ["?", asked.query]),
    ):
        found = [word for word in told if word and word in url]
        expect.that(
            not found,
            expected=f"{audit.NORMALIZED_URL} is the same for every request of a route: without "
            f"{what}",
            came=f"{expect.shown(url)}, which holds {', '.join(map(expect.shown, found))}",
            exchanges=exchange,
        )


def _expect_same(stop: Stop, other: Exchange) -> None:
    url = headers.present(stop.exchange, audit.NORMALIZED_URL)
    expect.equal(
        headers.present(other, audit.NORMALIZED_URL),
        url,
        what=f"{audit.NORMALIZED_URL} of any {stop.operation}",
        exchanges=(stop.exchange, other),
    )
