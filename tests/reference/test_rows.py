"""Rows in the store: versions, traces, deletions, as against a model in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.reference.problems import BadRequest
from conformance.reference.rows import Rows, Target, row_id
from conformance.reference.store import Store

if TYPE_CHECKING:
    from collections.abc import Mapping

TARGET = Target("dataset", "d", "name", {"dataset_id": "d", "project_id": "p"})
OTHER = Target("dataset", "other", "name", {})

writes = st.lists(
    st.fixed_dictionaries(
        {"id": st.sampled_from("abc")},
        optional={
            "input": st.integers(0, 3),
            "metadata": st.dictionaries(st.sampled_from("xy"), st.integers(0, 3)),
            "_is_merge": st.booleans(),
            "_object_delete": st.booleans(),
        },
    ),
    max_size=12,
)


def model(state: dict[str, dict[str, object]], write: Mapping[str, object]) -> None:
    """What a write does to the rows, said as simply as possible."""
    id = str(write["id"])
    given = {name: write[name] for name in ("input", "metadata") if name in write}
    if write.get("_object_delete"):
        state.pop(id, None)
    elif write.get("_is_merge") and id in state:
        old, new = state[id].get("metadata", {}), given.get("metadata", {})
        merged: dict[str, object] = {**old, **new}  # type: ignore[dict-item]
        state[id] = {**state[id], **given, **({"metadata": merged} if merged else {})}
    else:
        state[id] = given


def told(rows: Rows, version: int | None = None) -> dict[object, dict[str, object]]:
    """The rows as the model has them."""
    fields = ("input", "metadata")
    found = rows.read(TARGET, version)
    return {row["id"]: {name: row[name] for name in fields if row.get(name)} for row in found}


def visible(state: dict[str, dict[str, object]]) -> dict[object, dict[str, object]]:
    """The model's rows without empty fields."""
    return {id: {name: row[name] for name in row if row[name]} for id, row in state.items()}


@given(writes)
def test_every_version_stays_readable(sequence: list[dict[str, object]]) -> None:
    """After any writes the present, and each past version, is what the model says."""
    store = Store("")
    store.open()
    rows, state, history = Rows(store), dict[str, dict[str, object]](), []
    for write in sequence:
        xact_id = store.next_xact()
        rows.write(TARGET, write, xact_id)
        rows.write(OTHER, write, xact_id)
        model(state, write)
        history.append((xact_id, visible(state)))
    assert told(rows) == visible(state)
    for xact_id, then in history:
        assert told(rows, xact_id) == then
    store.close()


def test_row_is_found_by_its_id() -> None:
    """One row of one object is found as clients see it; none is none."""
    store = Store("")
    store.open()
    rows = Rows(store)
    rows.write(TARGET, {"id": "a", "input": 1}, store.next_xact())
    found = rows.find(TARGET, "a")
    assert found is not None
    assert (found["input"], found["dataset_id"]) == (1, "d")
    assert rows.find(OTHER, "a") is None
    store.close()


@pytest.mark.parametrize("value", ["", 5, "a\0", "\udfff", []])
def test_unusable_row_id_is_refused(value: object) -> None:
    """An id is text that can be stored; none at all gets a new one."""
    with pytest.raises(BadRequest, match="not empty"):
        row_id(value)
    assert row_id(None) != row_id(None)
