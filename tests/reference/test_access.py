"""What a caller may touch, and how long an answer about it holds."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.reference.access import Access
from conformance.reference.control_plane import ControlPlane
from conformance.reference.problems import Limited, Missing, Problem, Relayed
from conformance.reference.settings import Settings
from tests.reference.material import CALLER

if TYPE_CHECKING:
    from conformance.reference.caller import Credentials

OTHER = replace(CALLER, digest="other")


class Directory(ControlPlane):
    """A control plane with some rows, that counts how often it is asked."""

    def __init__(self, *rows: object, refusal: Problem | None = None) -> None:
        super().__init__(Settings())
        self.rows = list(rows)
        self.refusal = refusal
        self.asked = 0
        self.meanwhile: Access | None = None

    async def ask(self, credentials: Credentials, path: str, body: dict[str, object]) -> object:
        """Answer with the rows, or refuse."""
        del credentials, path, body
        self.asked += 1
        if self.meanwhile is not None:
            self.meanwhile.forget()
        if self.refusal is not None:
            raise self.refusal
        return self.rows


def recall(access: Access, directory: Directory, caller: object = CALLER) -> object:
    """Recall dataset 1 for a caller."""
    return asyncio.run(access.recall(directory, caller, "dataset", "1"))  # type: ignore[arg-type]


def test_answer_holds_for_its_caller() -> None:
    """The same caller costs one call, another one a call of their own."""
    access, directory = Access(10), Directory({"id": "1", "name": "a"})
    for caller in (CALLER, CALLER, OTHER):
        assert recall(access, directory, caller) == {"id": "1", "name": "a"}
    assert directory.asked == 2


def test_reading_is_never_from_memory() -> None:
    """An object that is read is asked for, whatever is remembered."""
    access, directory = Access(10), Directory({"id": "1"})
    for _ in range(2):
        asyncio.run(access.read(directory, CALLER, "dataset", "1"))
    assert directory.asked == 2


def test_change_makes_everything_forgotten() -> None:
    """After a change the control plane is asked again."""
    access, directory = Access(10), Directory({"id": "1"})
    recall(access, directory)
    access.forget()
    recall(access, directory)
    assert directory.asked == 2


def test_answer_older_than_a_change_is_not_kept() -> None:
    """What was asked before a change and answered after it is not remembered."""
    access, directory = Access(10), Directory({"id": "1"})
    directory.meanwhile = access
    recall(access, directory)
    directory.meanwhile = None
    recall(access, directory)
    assert directory.asked == 2


@pytest.mark.parametrize(
    "directory",
    [
        Directory(),
        Directory({"id": "2"}),
        Directory({"id": "1", "deleted_at": "now"}),
        Directory(refusal=Relayed(400, "no")),
        Directory(refusal=Relayed(403, "no")),
    ],
    ids=["none", "another", "deleted", "refused", "forbidden"],
)
def test_object_that_cannot_be_read_is_missing(directory: Directory) -> None:
    """Foreign, deleted and never made are one and the same."""
    with pytest.raises(Missing, match="dataset id 1"):
        recall(Access(10), directory)


def test_other_refusals_are_passed_on() -> None:
    """Too many requests is not a missing object."""
    with pytest.raises(Relayed, match="slow"):
        recall(Access(10), Directory(refusal=Relayed(429, "slow")))


def test_last_answer_holds_where_the_budget_is_spent() -> None:
    """An object that may not be asked for anew is as it was, even after a change; for a while."""
    access, directory = Access(10, grace=10), Directory({"id": "1"})
    recall(access, directory)
    access.forget()
    directory.refusal = Limited("enough", 3)
    assert recall(access, directory) == {"id": "1"}
    with pytest.raises(Limited, match="enough"):
        recall(access, directory, OTHER)
    with pytest.raises(Limited, match="enough"):
        asyncio.run(access.read(directory, CALLER, "dataset", "1"))


def test_last_answer_does_not_hold_for_ever() -> None:
    """After its grace the caller is limited."""
    access, directory = Access(0), Directory({"id": "1"})
    recall(access, directory)
    directory.refusal = Limited("enough", 3)
    with pytest.raises(Limited, match="enough"):
        recall(access, directory)
