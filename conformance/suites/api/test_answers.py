"""Answers have the statuses, types and fields that the description of the API promises."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from hypothesis import given

from conformance import expect
from conformance.exchange import NotJSON
from conformance.instruments.described import JSON
from conformance.marks import requirement

if TYPE_CHECKING:
    from hypothesis import settings

    from conformance.description import Operation
    from conformance.exchange import Exchange
    from conformance.instruments.described import Described, Draft
    from conformance.suites.api.shelf import Shelf

AS_PRODUCTION = (400, 403)
OF_REFUSALS = ("text/plain", JSON)


@requirement("API-01")
def test_fields(shelf: Shelf, described: Described, operation: Operation) -> None:
    """A successful answer has every field that is required, each of its type."""
    exchange = shelf.succeed(shelf.visit(operation))
    _expect_fields(described, operation, exchange)


@requirement("API-01")
def test_fields_of_any_request(
    shelf: Shelf, described: Described, operation: Operation, drawing: settings
) -> None:
    """Whatever is asked, as long as it follows the description: so does a success."""
    target = shelf.target(operation)

    @drawing
    @given(described.drafts(operation, valid=True))
    def ask(draft: Draft) -> None:
        exchange = shelf.send(operation, target, draft)
        if exchange.ok:
            _expect_fields(described, operation, exchange)

    ask()


@requirement("API-09")
def test_statuses(shelf: Shelf, described: Described, operation: Operation) -> None:
    """A success has a described status, and the content type that is described for it."""
    exchange = shelf.succeed(shelf.visit(operation))
    promise = described.promise(operation, exchange.status)
    expect.that(
        promise is not None,
        expected=f"a success of {operation} has a described status",
        came=str(exchange.status),
        exchanges=exchange,
    )
    if promise is not None and promise.types:
        _expect_type(exchange, promise.types, f"a success of {operation}")


@requirement("API-09")
def test_missing_objects(shelf: Shelf, operation_on_an_object: Operation) -> None:
    """An object that nobody has is answered as production does: 400 or 403, text or JSON."""
    operation = operation_on_an_object
    visit = shelf.visit(operation)
    path = operation.path(str(uuid.uuid4()))
    exchange = shelf.owner.request(operation.method, path, **visit.options)
    expect.that(
        exchange.status in AS_PRODUCTION,
        expected=f"{operation} of a missing object is answered with 400 or 403",
        came=expect.outcome(exchange),
        exchanges=exchange,
    )
    _expect_type(exchange, OF_REFUSALS, f"a refusal of {operation}")


def _expect_fields(described: Described, operation: Operation, exchange: Exchange) -> None:
    promise = described.promise(operation, exchange.status)
    if promise is None or JSON not in promise.types:
        return
    try:
        exchange.json()
    except NotJSON as problem:
        raise expect.Violation(
            expected=f"{operation} is answered with JSON", came=str(problem), exchanges=exchange
        ) from problem
    problems = described.problems(operation, exchange)
    expect.that(
        not problems,
        expected=f"the answer to {operation} has the described fields, each of its type",
        came="; ".join(problems),
        exchanges=exchange,
    )


def _expect_type(exchange: Exchange, types: tuple[str, ...], what: str) -> None:
    came = (exchange.header("content-type") or "").partition(";")[0].strip().lower()
    expect.that(
        came in types,
        expected=f"{what} has the content type {' or '.join(types)}",
        came=came or "none",
        exchanges=exchange,
    )
