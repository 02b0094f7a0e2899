"""Malformed requests are refused or served; they break nothing."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import expect
from conformance.marks import requirement
from conformance.options.values import Effort

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis import settings

    from conformance.client import Ask
    from conformance.description import Operation
    from conformance.exchange import Exchange
    from conformance.instruments.described import Described, Draft
    from conformance.options.values import Options
    from conformance.suites.api.shelf import Shelf

DEPTH = 2_000
BODIES: tuple[bytes, ...] = (
    b"",
    b"null",
    b"[]",
    b'"text"',
    b"{",
    b"\xff\xfe",
    b'{"name": "NAME\\ud800"}',
    b'{"name": "NAME\\u0000"}',
    b'{"limit": ' + b"9" * 5_000 + b"}",
    b'{"limit": -1, "events": null, "rows": null, "feedback": null}',
    b'{"metadata": ' + b"[" * DEPTH + b"]" * DEPTH + b"}",
    b'{"events": [1, null, []], "rows": [1, null, []], "feedback": [1, null, []]}',
    b'{"name": "NAME' + b"a" * 100_000 + b'"}',
)
"""NAME stands for a name of this run: what is made in spite of all can be told and deleted. Where
only some are sent it is every other one.
"""
NAMES = {"name", "slug"}
ODD: tuple[object, ...] = (None, 10**400, "\ud800", "\x00", {"a": []}, [[]], True)
VALUES = ("\x00", "\udcff", "9" * 400, "-1", "' OR 1=1 --", "[]", "%", "a" * 3_000)


@pytest.fixture(scope="session", name="step")
def _step(options: Options) -> int:
    """Every how manyeth of the hostile texts is sent: with one key of a user there is a budget."""
    return 1 if options.mocked and options.effort is not Effort.QUICK else 2


@requirement("API-02")
def test_hostile_bodies(shelf: Shelf, operation: Operation, step: int) -> None:
    """Bodies that are no JSON, not the described JSON or extreme get no 5xx.

    They go to an object that was made for it, in which nobody has anything.
    """
    if operation.method in ("GET", "DELETE"):
        return
    target = shelf.target(operation)
    path = operation.path(*[target.id for _ in operation.parameters])
    for body in (*BODIES[::step], *_twisted(shelf.body(operation, target), ODD[::step])):
        name = shelf.unique()
        options: Ask = {
            "content": body.replace(b"NAME", name.encode()),
            "headers": {"content-type": "application/json"},
        }
        exchange = shelf.owner.request(operation.method, path, **options)
        _expect_no_failure(exchange)
        if exchange.ok and operation.verb in ("create", "replace"):
            shelf.adopt(operation.kind or "", exchange)


@requirement("API-02")
def test_hostile_queries(shelf: Shelf, operation: Operation, step: int) -> None:
    """Queries that are extreme or of the wrong type get no 5xx."""
    path = operation.path(*[str(uuid.uuid4()) for _ in operation.parameters])
    if operation.method != "GET":
        return
    for name in ("limit", "ids", "starting_after", "project_id", "org_name", "version"):
        for value in VALUES[::step]:
            query = {name: value.encode("utf-8", "surrogateescape")}
            _expect_no_failure(shelf.owner.get(path, query=query))


@requirement("API-02")
def test_drawn_requests(
    shelf: Shelf, described: Described, operation: Operation, drawing: settings
) -> None:
    """Requests that are drawn from the description, and past it, get no 5xx."""
    target = shelf.target(operation)
    drafts = [described.drafts(operation, valid=valid) for valid in (False, True)]

    @drawing
    @given(st.one_of(drafts))
    def send(draft: Draft) -> None:
        _expect_no_failure(shelf.send(operation, target, draft))

    send()


def _twisted(body: dict[str, object], odd_ones: Sequence[object]) -> list[bytes]:
    """Take a valid body, and put a value that is none into one member of it at a time.

    What names the object stays a name of this run, so that no other one can be meant.
    """
    named = body | dict.fromkeys(NAMES & body.keys(), "NAME")
    found = [{**named, name: odd} for name in body.keys() - NAMES for odd in odd_ones]
    for name, value in body.items():
        if isinstance(value, list):
            found += [
                {**named, name: [{**value[0], key: odd}]} for key in value[0] for odd in odd_ones
            ]
    return [json.dumps(each).encode() for each in found]


def _expect_no_failure(exchange: Exchange) -> None:
    expect.that(
        exchange.status < 500,
        expected="a malformed request is refused with 4xx, or served; never a 5xx",
        came=expect.outcome(exchange),
        exchanges=exchange,
    )
