"""How rows are merged and checked."""

from __future__ import annotations

import pytest

from conformance.reference import merging
from conformance.reference.problems import BadRequest

ROW: dict[str, object] = {"span_id": "s", "root_span_id": "s", "created": "2026-01-01T00:00:00Z"}


def test_objects_are_merged_into_each_other() -> None:
    """What the new row does not name stays."""
    old: dict[str, object] = {"metadata": {"a": 1, "b": {"c": 1}}, "input": 1}
    merged = merging.merge(old, {"metadata": {"b": {"d": 2}}, "output": 2})
    assert merged == {"metadata": {"a": 1, "b": {"c": 1, "d": 2}}, "input": 1, "output": 2}


def test_paths_are_replaced_whole() -> None:
    """At a merge path the new value takes the place of the old one."""
    old: dict[str, object] = {"metadata": {"a": 1, "b": {"c": 1}}}
    new = {"metadata": {"b": {"d": 2}}}
    merged = merging.merge(old, new, [["metadata", "b"], "nonsense", [1]])
    assert merged == {"metadata": {"a": 1, "b": {"d": 2}}}


def test_tags_are_added_to_tags() -> None:
    """Each is there once, in the order in which they came, unless a path says to replace them."""
    old: dict[str, object] = {"tags": ["a", "b"]}
    assert merging.merge(old, {"tags": ["b", "c"]}) == {"tags": ["a", "b", "c"]}
    assert merging.merge(old, {"tags": ["c"]}, [["tags"]]) == {"tags": ["c"]}
    assert merging.merge(old, {"tags": None}) == {"tags": None}
    assert merging.merge({"tags": None}, {"tags": ["a"]}) == {"tags": ["a"]}


def test_other_values_are_replaced() -> None:
    """Other arrays, and scalars, are not merged, wherever they are."""
    old: dict[str, object] = {"span_parents": ["a"], "input": 1, "metadata": {"tags": ["a"]}}
    new: dict[str, object] = {"span_parents": ["b"], "input": 2, "metadata": {"tags": ["b"]}}
    assert merging.merge(old, new) == new


def test_row_of_the_right_types_is_returned() -> None:
    """Absent and null fields are fine."""
    row = {**ROW, "scores": {"a": 0.5, "b": None}, "tags": ["x"], "metadata": None}
    assert merging.checked(row) is row


@pytest.mark.parametrize(
    "field",
    [
        {"scores": []},
        {"scores": {"a": 2}},
        {"scores": {"a": True}},
        {"metadata": "text"},
        {"metrics": 5},
        {"tags": "x"},
        {"tags": [1]},
        {"span_parents": {}},
        {"span_id": 5},
        {"root_span_id": "\0"},
        {"created": None},
    ],
    ids=str,
)
def test_wrong_type_is_refused(field: dict[str, object]) -> None:
    """A field whose type no reader could use is the client's mistake."""
    with pytest.raises(BadRequest, match="Expected"):
        merging.checked({**ROW, **field})
