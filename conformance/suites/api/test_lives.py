"""An object's life: made, made again, read, listed, changed, deleted, and then gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance import expect
from conformance.marks import requirement
from conformance.suites.api.shelf import KINDS

if TYPE_CHECKING:
    from conformance.client import Ask, Caller
    from conformance.exchange import Exchange
    from conformance.specimens import Specimen, Specimens
    from conformance.suites.api.shelf import Shelf

GONE = (400, 403, 404)


@pytest.fixture(scope="session", name="owner")
def _owner(shelf: Shelf) -> Caller:
    """The user whose objects live here."""
    return shelf.owner


@requirement("API-04")
@pytest.mark.parametrize("kind", KINDS)
def test_a_life(owner: Caller, specimens: Specimens, kind: str) -> None:
    """It can be read and listed after it was made, shows a change, and is gone once deleted."""
    home = None if kind == "project" else specimens.make(owner, "project")
    body = specimens.body(owner, kind, project=home)
    create = owner.post if home is None else owner.once_visible
    thing = specimens.adopt(owner, kind, expect.ok(create(f"/v1/{kind}", json=body)))
    _expect_there(owner, thing, thing.name)
    if kind != "experiment":
        again = expect.ok(owner.post(f"/v1/{kind}", json=body), to="create it again")
        _expect_field(again, "id", thing.id)
    described = specimens.unique("description")
    changed = expect.ok(owner.patch(thing.path, json={"description": described}))
    _expect_field(changed, "id", thing.id)
    _expect_there(owner, thing, described)
    expect.ok(owner.delete(thing.path), to="delete it")
    _expect_gone(owner, thing)


def _expect_there(owner: Caller, thing: Specimen, word: str) -> None:
    read = owner.until(lambda answer: word in answer.text, "GET", thing.path, {})
    _expect_word(expect.ok(read), word, f"the {thing.kind} when it is read")
    listed = owner.until(lambda answer: thing.id in answer.text, *_listing(thing))
    _expect_word(expect.ok(listed), thing.id, f"a list by the {thing.kind}'s name")


def _expect_gone(owner: Caller, thing: Specimen) -> None:
    read = owner.until(lambda answer: not answer.ok, "GET", thing.path, {})
    _expect_refused(read, thing)
    listed = owner.until(lambda answer: thing.id not in answer.text, *_listing(thing))
    expect.that(
        thing.id not in listed.text,
        expected=f"a deleted {thing.kind} is in no list",
        came=expect.outcome(listed),
        exchanges=listed,
    )
    _expect_refused(owner.patch(thing.path, json={"description": "late"}), thing)


def _expect_refused(exchange: Exchange, thing: Specimen) -> None:
    expect.that(
        exchange.status in GONE,
        expected=f"{exchange.method} of a deleted {thing.kind} is refused as a missing one is",
        came=expect.outcome(exchange),
        exchanges=exchange,
    )


def _listing(thing: Specimen) -> tuple[str, str, Ask]:
    return "GET", f"/v1/{thing.kind}", {"query": {f"{thing.kind}_name": thing.name}}


def _expect_field(exchange: Exchange, name: str, wanted: str) -> None:
    came = exchange.json().get(name)
    expect.equal(came, wanted, what=f"{name} of the answer", exchanges=exchange)


def _expect_word(exchange: Exchange, word: str, what: str) -> None:
    expect.that(
        word in exchange.text,
        expected=f"{what} holds {expect.shown(word)}",
        came=expect.outcome(exchange),
        exchanges=exchange,
    )
