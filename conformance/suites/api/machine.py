"""Lives of objects in any order: a model of what is there, and a data plane that has to agree."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from conformance import expect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.client import Ask, Caller
    from conformance.exchange import Exchange
    from conformance.specimens import Specimen, Specimens

__all__ = ["Lives", "Place"]

GONE = (400, 403, 404)
PAGED = ("experiment", "dataset", "prompt", "function")
PAGE = 2
FAR = 1_000_000


@dataclass(frozen=True, slots=True)
class Place:
    """Where the objects of one machine live: of whom, of which kind, and in which project."""

    owner: Caller
    specimens: Specimens
    kind: str
    home: Specimen | None


@dataclass(slots=True)
class Living:
    """An object as it must be."""

    specimen: Specimen
    body: dict[str, object]
    description: str | None = None


class Lives(RuleBasedStateMachine):
    """Objects of one kind; each step does something to one of them, or looks at all."""

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        self.living: list[Living] = []
        self.dead: list[Living] = []

    @rule()
    def create(self) -> None:
        """Make one under a new name."""
        place = self.place
        self._make(place.specimens.body(place.owner, place.kind, project=place.home))

    @precondition(lambda self: self.dead)
    @rule(number=st.integers(0, FAR))
    def create_after_delete(self, number: int) -> None:
        """Make one under the name of one that is gone."""
        dead = self.dead.pop(number % len(self.dead))
        self._make(dead.body)

    @precondition(lambda self: self.living and self.place.kind != "experiment")
    @rule(number=st.integers(0, FAR))
    def create_again(self, number: int) -> None:
        """Make one that is there: it is the one that is there."""
        one = self._one(number)
        again = expect.ok(self._created(one.body), to="create it again")
        expect.equal(_field(again, "id"), one.specimen.id, what="its id", exchanges=again)

    @precondition(lambda self: self.living)
    @rule(number=st.integers(0, FAR))
    def change(self, number: int) -> None:
        """Give one another description."""
        one, place = self._one(number), self.place
        one.description = place.specimens.unique("description")
        changed = place.owner.patch(one.specimen.path, json={"description": one.description})
        expect.ok(changed, to="change it")
        expect.equal(_field(changed, "id"), one.specimen.id, what="its id", exchanges=changed)

    @precondition(lambda self: self.living)
    @rule(number=st.integers(0, FAR))
    def delete(self, number: int) -> None:
        """Delete one."""
        one = self._one(number)
        expect.ok(self.place.owner.delete(one.specimen.path), to="delete it")
        self.living.remove(one)
        self.dead.append(one)

    @precondition(lambda self: self.dead)
    @rule(number=st.integers(0, FAR))
    def use_after_delete(self, number: int) -> None:
        """Read, change and delete one that is gone: it stays so.

        Whether the second deletion is refused, or answered as the first was, is open.
        """
        thing, owner = self.dead[number % len(self.dead)].specimen, self.place.owner
        _expect_gone(owner, thing)
        owner.delete(thing.path)
        _expect_gone(owner, thing)

    @rule()
    def look(self) -> None:
        """Read each one that is there, and list them page by page."""
        for one in self.living:
            self._expect_there(one)
        if self.place.kind in PAGED:
            self._expect_pages()
        for one in self.dead:
            _expect_unlisted(self.place.owner, one.specimen)

    def teardown(self) -> None:
        """Look once more in the end."""
        self.look()

    def _one(self, number: int) -> Living:
        """One that is there, once that is visible."""
        one = self.living[number % len(self.living)]
        self._expect_there(one)
        return one

    def _created(self, body: dict[str, object]) -> Exchange:
        place = self.place
        create = place.owner.post if place.home is None else place.owner.once_visible
        return create(f"/v1/{place.kind}", json=body)

    def _make(self, body: dict[str, object]) -> None:
        place = self.place
        made = expect.ok(self._created(body), to="create it")
        self.living.append(Living(place.specimens.adopt(place.owner, place.kind, made), body))

    def _expect_there(self, one: Living) -> None:
        thing, owner = one.specimen, self.place.owner
        word = one.description or thing.name
        read = owner.until(lambda answer: word in answer.text, "GET", thing.path, {})
        _expect_word(expect.ok(read), word, f"the {thing.kind} when it is read")
        listed = owner.until(lambda answer: thing.id in answer.text, *_listing(thing))
        _expect_word(expect.ok(listed), thing.id, f"a list by the {thing.kind}'s name")

    def _expect_pages(self) -> None:
        """In a project of its own each is on one page, once all that was written is visible."""
        wanted = sorted(one.specimen.id for one in self.living)
        own, pages = self._on_pages(wanted)
        until = time.monotonic() + self.place.owner.transport.patience.write_visible
        while own != wanted and time.monotonic() < until:
            own, pages = self._on_pages(wanted)
        kind = self.place.kind
        expect.that(
            own == wanted,
            expected=f"the pages of the {kind}s of a project hold each of its {len(wanted)} once",
            came=f"{len(own)}, of which {len(set(own))} are different",
            exchanges=pages,
        )

    def _on_pages(self, wanted: Sequence[str]) -> tuple[list[str], list[Exchange]]:
        """Which of these are on the pages of the project, as often as they are, and the pages."""
        place, seen = self.place, list[str]()
        pages: list[Exchange] = []
        name = place.home.name if place.home else ""
        query: dict[str, object] = {"project_name": name, "limit": PAGE}
        # What was deleted may be listed for a moment longer.
        while len(pages) <= len(self.living) + len(self.dead):
            page = expect.ok(place.owner.get(f"/v1/{place.kind}", query=query), to="list a page")
            pages.append(page)
            found = [str(each.get("id")) for each in expect.objects_of(page, to="list a page")]
            if not found:
                break
            seen += found
            query["starting_after"] = found[-1]
        return sorted(id for id in seen if id in wanted), pages


def _listing(thing: Specimen) -> tuple[str, str, Ask]:
    """What asks for the list of what has an object's name."""
    return "GET", f"/v1/{thing.kind}", {"query": {f"{thing.kind}_name": thing.name}}


def _expect_gone(owner: Caller, thing: Specimen) -> None:
    """A deleted object is refused as a missing one is, once that is visible."""
    read = owner.until(lambda answer: not answer.ok, "GET", thing.path, {})
    for exchange in (read, owner.patch(thing.path, json={"description": "late"})):
        expect.that(
            exchange.status in GONE,
            expected=f"{exchange.method} of a deleted {thing.kind} is refused as a missing one is",
            came=expect.outcome(exchange),
            exchanges=exchange,
        )


def _expect_word(exchange: Exchange, word: str, what: str) -> None:
    """An answer holds a word."""
    expect.that(
        word in exchange.text,
        expected=f"{what} holds {expect.shown(word)}",
        came=expect.outcome(exchange),
        exchanges=exchange,
    )


def _expect_unlisted(owner: Caller, thing: Specimen) -> None:
    listed = owner.until(lambda answer: thing.id not in answer.text, *_listing(thing))
    expect.that(
        thing.id not in listed.text,
        expected=f"a deleted {thing.kind} is in no list",
        came=expect.outcome(listed),
        exchanges=listed,
    )


def _field(exchange: Exchange, name: str) -> str:
    return expect.field_of(exchange, name, to="see which one it is")
