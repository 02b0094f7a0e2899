"""An object's life: made, made again, read, listed, changed, deleted, and then gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis.stateful import run_state_machine_as_test

from conformance import expect
from conformance.marks import requirement
from conformance.suites.api.machine import Lives, Place
from conformance.suites.api.shelf import KINDS

if TYPE_CHECKING:
    from hypothesis import settings

    from conformance.specimens import Specimens
    from conformance.suites.api.shelf import Shelf

ABSENT = (404, 405, 501)
"""What a data plane without a route answers."""


@requirement("API-04")
@pytest.mark.parametrize("kind", KINDS)
def test_a_life(shelf: Shelf, specimens: Specimens, kind: str) -> None:
    """It is read and listed once it was made, shows a change, is gone when deleted, and can be
    made again.
    """
    _expect_offered(shelf, kind)
    lives = Lives(_place(shelf, specimens, kind))
    lives.create()
    lives.look()
    if kind != "experiment":
        lives.create_again(0)
    lives.change(0)
    lives.look()
    lives.delete(0)
    lives.use_after_delete(0)
    lives.look()
    lives.create_after_delete(0)
    lives.look()


@requirement("API-04")
@pytest.mark.parametrize("kind", KINDS)
def test_any_life(shelf: Shelf, specimens: Specimens, kind: str, living: settings) -> None:
    """Several of them, made, changed and deleted in any order, are what they have to be."""
    _expect_offered(shelf, kind)

    def lives() -> Lives:
        return Lives(_place(shelf, specimens, kind))

    run_state_machine_as_test(lives, settings=living)  # type: ignore[arg-type]  # a factory will do


def _place(shelf: Shelf, specimens: Specimens, kind: str) -> Place:
    """A project of its own, so that pages hold nothing else."""
    owner = shelf.owner
    home = None if kind == "project" else specimens.make(owner, "project")
    return Place(owner, specimens, kind, home)


def _expect_offered(shelf: Shelf, kind: str) -> None:
    answer = shelf.owner.get(f"/v1/{kind}", query={"limit": 1})
    if answer.status in ABSENT:
        expect.done(answer, to=f"judge the lives of {kind}s, which are not offered at all")
