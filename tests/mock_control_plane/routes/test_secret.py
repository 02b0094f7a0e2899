"""Providers' keys are shown in full where they are asked for in full, and to their owners only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.mock_control_plane.api import Caller


def add_key(caller: Caller, **fields: object) -> dict[str, object]:
    """Store a provider's key."""
    given = {"name": "OPENAI_API_KEY", "type": "openai", "secret": "sk-provider-1234"}
    return caller.row("ai_secret", **{**given, **fields})


def ask(caller: Caller, **fields: object) -> list[dict[str, object]]:
    """Ask for keys and return them."""
    answer = caller.post("/api/secret", fields)
    assert answer.status_code == 200, answer.text
    return list(answer.json())


def test_key_comes_in_full_mode_only(caller: Caller) -> None:
    """With the mode `full` the key is there, without it a preview."""
    row = add_key(caller)
    (full,), (other,) = ask(caller, mode="full", model="gpt-5"), ask(caller)
    assert (full["id"], full["secret"], full["type"]) == (row["id"], "sk-provider-1234", "openai")
    assert full["org_name"] == caller.world.directory.organization.name
    assert other["preview_secret"] == "********1234"
    assert "sk-provider-1234" not in str(other)
    assert "sk-provider-1234" not in str(row)


def test_keys_are_selected_by_type_and_model(caller: Caller) -> None:
    """A key serves the models that it names, or all, and is found by its type."""
    add_key(caller)
    add_key(caller, name="MISTRAL", type="mistral", metadata={"models": ["mistral-large"]})
    assert [key["name"] for key in ask(caller, types=["mistral"])] == ["MISTRAL"]
    assert [key["name"] for key in ask(caller, model="gpt-5")] == ["OPENAI_API_KEY"]
    assert len(ask(caller, model="mistral-large")) == 2


def test_keys_stay_in_their_organization(caller: Caller, stranger: Caller) -> None:
    """A stranger gets none, and cannot ask for another organisation's."""
    add_key(caller)
    assert ask(stranger, mode="full") == []
    name = caller.world.directory.organization.name
    answer = stranger.post("/api/secret", {"mode": "full", "org_name": name})
    assert answer.status_code == 400
    assert len(ask(caller, mode="full", org_name=name)) == 1


def test_types_are_a_list(caller: Caller) -> None:
    """One type alone is refused: clients send a list."""
    answer = caller.post("/api/secret", {"types": "openai"})
    assert "Expected array, received string" in answer.text
