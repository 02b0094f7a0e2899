"""The resources header is readable by the SDK, canonical, and every audit header is legal HTTP."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from conformance import expect, sockets, strategies
from conformance.instruments import audit, header_block
from conformance.instruments.audit import NotCanonical, Undecodable
from conformance.marks import requirement
from conformance.suites.audit import headers
from conformance.suites.audit.tour import Tours, all_succeeded, succeeded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.callers import Callers
    from conformance.client import Caller, Request
    from conformance.exchange import Exchange
    from conformance.specimens import Specimens

READABLE = f"{audit.RESOURCES} is decoded by braintrust.parse_audit_resources to a list"


@requirement("AUD-09")
def test_the_sdk_decodes_every_operation(tours: Tours) -> None:
    """The SDK's own parser decodes the resources header of each operation on each kind."""
    for stop in succeeded(tours.audited):
        _expect_decoded(stop.exchange)
    all_succeeded(tours.audited)


@requirement("AUD-09")
def test_the_sdk_decodes_names_of_any_kind(callers: Callers, specimens: Specimens) -> None:
    """The SDK's own parser decodes the header also where objects have names beyond ASCII."""
    for exchange in _awkwardly_named(callers.new(), specimens, "experiment"):
        _expect_decoded(exchange)


@requirement("AUD-15")
def test_the_encoding_is_canonical(tours: Tours) -> None:
    """v is the number 1, p padded standard base64 of one whole gzip member of a JSON array."""
    for stop in succeeded(tours.audited):
        _expect_canonical(stop.exchange)
    all_succeeded(tours.audited)


@requirement("AUD-15")
def test_the_encoding_is_canonical_for_any_name(callers: Callers, specimens: Specimens) -> None:
    """The encoding is as canonical where objects have long names, or names beyond ASCII."""
    for exchange in _awkwardly_named(callers.new(), specimens, "function"):
        _expect_canonical(exchange)


@requirement("AUD-14")
def test_every_audit_header_is_a_legal_field(callers: Callers, specimens: Specimens) -> None:
    """As they come over the socket, the fields have legal values, each once, whatever the names."""
    caller = callers.new()
    project = specimens.make(caller, "project")
    last = specimens.make(caller, "experiment", project=project)
    paths = [last.path]
    for name in strategies.HARD_NAMES:
        body = specimens.body(caller, "experiment", name=name, project=project)
        created = caller.post("/v1/experiment", json=body)
        if created.ok:
            last = specimens.adopt(caller, "experiment", created)
            paths.append(last.path)
    expect.done(caller.read(last.path), to="read an experiment")
    for path in paths[::3]:
        _expect_legal(caller, caller.compose("GET", path, audit=True))
    query: dict[str, object] = {"project_id": project.id}
    _expect_legal(caller, caller.compose("GET", "/v1/experiment", query=query, audit=True))


@requirement("AUD-14")
def test_every_audit_header_of_other_answers_is_legal(
    callers: Callers, specimens: Specimens
) -> None:
    """The same holds for creations, changes, deletions and requests that fail."""
    caller = callers.new()
    project = specimens.make(caller, "project")
    body = specimens.body(caller, "project")
    change = {"description": "line one\r\nx-bt-audit-user-id: nobody"}
    requests = [
        caller.compose("POST", "/v1/project", json=body, audit=True),
        caller.compose("PATCH", project.path, json=change, audit=True),
        caller.compose("DELETE", project.path, audit=True),
    ]
    for request in requests:
        _expect_legal(caller, request)
    unknown = caller.compose("GET", f"/v1/project/{uuid.uuid4()}", audit=True)
    _expect_legal(caller, unknown, succeeds=False)
    created = caller.get("/v1/project", query={"project_name": body["name"]})
    for found in expect.objects_of(created, to="list the project that was created"):
        caller.delete(f"/v1/project/{found['id']}")


def _awkwardly_named(caller: Caller, specimens: Specimens, kind: str) -> Iterator[Exchange]:
    """Create and list objects of awkward names; those that are refused are left out."""
    project = specimens.make(caller, "project")
    specimens.make(caller, kind, project=project)
    for name in (*strategies.NAMES_IN_EVERY_SCRIPT, strategies.HARD_NAMES[-1]):
        body = specimens.body(caller, kind, name=name, project=project)
        created = caller.post(f"/v1/{kind}", json=body, audit=True)
        if created.ok:
            specimens.adopt(caller, kind, created)
            yield created
    query: dict[str, object] = {"project_id": project.id}
    yield expect.done(caller.get(f"/v1/{kind}", query=query, audit=True), to=f"list {kind}s")


def _expect_decoded(exchange: Exchange) -> None:
    if headers.sdk_parser() is None:
        expect.inconclusive("the braintrust SDK, whose parser decides, is not installed")
    value = headers.present(exchange, audit.RESOURCES)
    try:
        headers.parse(value)
    except Undecodable as error:
        raise expect.Violation(
            expected=READABLE, came=f"{error}, from {expect.shown(value)}", exchanges=exchange
        ) from error


def _expect_canonical(exchange: Exchange) -> None:
    value = headers.present(exchange, audit.RESOURCES)
    try:
        audit.decode_strictly(value)
    except NotCanonical as error:
        raise expect.Violation(
            expected=f"{audit.RESOURCES} is in its canonical form",
            came=f"{error}; {expect.shown(value)}",
            exchanges=exchange,
        ) from error


def _expect_legal(caller: Caller, request: Request, *, succeeds: bool = True) -> None:
    block = sockets.head_of(caller.transport.reach, request)
    asked = request.answered(block.status)
    audited = [name for name, _ in block.fields if name.startswith(audit.PREFIX)]
    if succeeds and not 200 <= block.status < 300:
        expect.inconclusive(f"the data plane answered {block.status} to what was needed", asked)
    if succeeds and not audited and not block.strays:
        expect.inconclusive("the answer has no audit header, which AUD-01 judges", asked)
    fault = header_block.fault_of_block(block, audit.PREFIX)
    expect.that(
        fault is None,
        expected="each audit header is a legal field value (RFC 9110, section 5.5), sent once",
        came=fault or "",
        exchanges=asked,
    )
