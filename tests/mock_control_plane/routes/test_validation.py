"""Fields are checked by their types, all of them at once."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_control_plane.kinds import KINDS
from mock_control_plane.routes.refusal import Refusal
from mock_control_plane.routes.validation import identifier, identifiers, is_uuid, writable

AUTOMATION = KINDS["project_automation"]


def issues(refusal: Refusal) -> list[str]:
    """The paths of the fields that a refusal names."""
    return [".".join(issue["path"]) for issue in json.loads(refusal.text)]


@given(st.uuids())
def test_every_uuid_is_an_id(id: object) -> None:
    """An id in either letter case is one."""
    assert is_uuid(str(id))
    assert is_uuid(str(id).upper())


ID = "9f2c1d34-0f6b-4c1e-8a52-0d5c2b7e1a10"


@pytest.mark.parametrize("value", ["", "x", 5, None, f"{ID}\n", f" {ID}", ID.replace("-", "")])
def test_anything_else_is_none(value: object) -> None:
    """What only resembles an id is refused."""
    assert not is_uuid(value)


def test_ids_are_read_in_lower_case() -> None:
    """An id is the same in capitals."""
    id = str(uuid4())
    assert identifier({"id": id.upper()}, "id") == id
    assert identifier({"id": None, "project_id": id}, "id", "project_id") == id
    assert identifiers({"ids": [id.upper(), id]}, "id", "ids") == [id, id]
    assert identifiers({}, "id", "ids") is None


def test_every_wrong_field_is_named() -> None:
    """One refusal names all that is wrong and all that is missing."""
    fields = {"description": 5, "metadata": [], "tags": "x", "base_exp_id": "x", "public": 1}
    with pytest.raises(Refusal) as refusal:
        writable(KINDS["experiment"], fields, complete=True)
    assert set(issues(refusal.value)) == {*fields, "experiment_name"}


def test_missing_fields_are_named_with_their_types() -> None:
    """What a kind requires is asked for by name and type."""
    with pytest.raises(Refusal, match='"expected": "object"') as refusal:
        writable(KINDS["function"], {"name": "f"}, complete=True)
    assert issues(refusal.value) == ["slug", "function_data"]


def test_only_writable_fields_are_kept() -> None:
    """What a kind does not have, and what the control plane decides, is not taken over."""
    fields = {"name": "p", "description": "d", "id": "x", "created": "now", "colour": "red"}
    kept = writable(KINDS["project"], fields, complete=True)
    assert kept == {"name": "p", "description": "d"}


def test_patch_needs_nothing() -> None:
    """A change may name any field, or none."""
    assert writable(AUTOMATION, {}, complete=False) == {}


@pytest.mark.parametrize(
    "config",
    [
        {"event_type": "retention", "object_type": "experiment", "retention_days": 0},
        {"event_type": "retention", "object_type": "project_logs", "retention_days": 0.5},
        {"event_type": "logs", "anything": 1},
    ],
)
def test_right_config_is_kept(config: dict[str, object]) -> None:
    """A retention policy is checked; other automations only need a type."""
    fields = {"name": "a", "config": config}
    assert writable(AUTOMATION, fields, complete=True)["config"] == config


@pytest.mark.parametrize(
    ("config", "what"),
    [
        ({}, "event_type"),
        ({"event_type": 5}, "event_type"),
        ({"event_type": "retention", "object_type": "prompt", "retention_days": 1}, "object_type"),
        ({"event_type": "retention", "object_type": "dataset"}, "retention_days"),
        (
            {"event_type": "retention", "object_type": "dataset", "retention_days": -1},
            "retention_days",
        ),
        (
            {"event_type": "retention", "object_type": "dataset", "retention_days": True},
            "retention_days",
        ),
    ],
    ids=["empty", "no-text", "object-type", "no-days", "negative", "boolean"],
)
def test_wrong_config_is_refused(config: dict[str, object], what: str) -> None:
    """A policy that could be misread is never stored."""
    with pytest.raises(Refusal, match=what):
        writable(AUTOMATION, {"name": "a", "config": config}, complete=True)


def test_config_of_anything_else_is_free() -> None:
    """Only automations have a config of a known shape; categories may be of any."""
    fields = {"name": "s", "score_type": "slider", "config": {}, "categories": [1, {"a": 2}]}
    kept = writable(KINDS["project_score"], fields, complete=True)
    assert kept == fields


def test_ids_in_fields_are_ids() -> None:
    """A field that holds an id is kept in lower case, and refused where it holds none."""
    id = str(uuid4())
    fields = {"object_type": "organization", "role_id": id.upper()}
    assert writable(KINDS["acl"], fields, complete=True)["role_id"] == id
    with pytest.raises(Refusal, match="Invalid uuid"):
        writable(KINDS["acl"], {**fields, "role_id": "Owner"}, complete=True)
