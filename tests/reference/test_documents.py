"""Prompts and functions in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.reference.documents import Documents, Selection
from conformance.reference.store import Store

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(name="documents")
def _documents() -> Iterator[Documents]:
    """Three prompts in two projects; new for each test, which changes them."""
    store = Store("")
    store.open()
    documents = Documents(store)
    for id, project in (("1", "p"), ("2", "q"), ("3", "p")):
        documents.write("prompt", row(id, project))
    yield documents
    store.close()


def row(id: str, project: str, **fields: str) -> dict[str, object]:
    """A document as it is stored."""
    named = {"name": f"name {id}", "slug": f"slug-{id}", "org_id": "o", "project_id": project}
    return {"id": id, **named, **fields}


def listed(documents: Documents, **conditions: object) -> list[object]:
    """The ids of what a selection finds."""
    selection = Selection(kind="prompt", organizations=["o"], **conditions)  # type: ignore[arg-type]
    return [each["id"] for each in documents.select(selection)]


def test_newest_comes_first_and_a_change_moves_nothing(documents: Documents) -> None:
    """The order is that of creation."""
    documents.write("prompt", row("1", "p", name="changed"))
    assert listed(documents) == ["3", "2", "1"]


def test_every_condition_narrows(documents: Documents) -> None:
    """Projects, ids, name, slug and bounds each restrict the list."""
    assert listed(documents, projects=["p"]) == ["3", "1"]
    assert listed(documents, ids=["2", "9"]) == ["2"]
    assert listed(documents, name="name 2") == listed(documents, slug="slug-2") == ["2"]
    assert listed(documents, starting_after="3", limit=1) == ["2"]
    assert listed(documents, ending_before="1", limit=1) == ["2"]
    assert listed(documents, starting_after="9") == listed(documents, projects=[]) == []
    assert documents.select(Selection(kind="function", organizations=["o"])) == []


def test_deleted_document_stays_in_the_past(documents: Documents) -> None:
    """Its versions can be read, the present has none."""
    before = documents.find("prompt", "1")
    assert before is not None
    documents.delete("prompt", "1")
    assert documents.find("prompt", "1") is None
    assert documents.find("prompt", "1", int(str(before["_xact_id"]))) == before
    assert documents.find_by_slug("prompt", "p", "slug-1") is None


def test_project_is_deleted_with_all_in_it(documents: Documents) -> None:
    """Only what lies in the project goes."""
    documents.delete_project("p")
    assert listed(documents) == ["2"]


def test_history_has_every_version(documents: Documents) -> None:
    """Changes of one project, newest first."""
    documents.write("prompt", row("1", "p", name="changed"))
    assert [each["name"] for each in documents.history("prompt", "p")] == [
        "changed",
        "name 3",
        "name 1",
    ]
