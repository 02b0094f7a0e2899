"""Experiments get names of their own, and know with which other one they are compared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    import httpx

    from tests.mock_control_plane.api import Caller


def register(caller: Caller, **fields: object) -> httpx.Response:
    """Register an experiment in the project `p`."""
    return caller.post("/api/experiment/register", {"project_name": "p", **fields})


def base_of(caller: Caller, id: object) -> httpx.Response:
    """Ask for the base of an experiment."""
    return caller.post("/api/base_experiment/get_id", {"id": id})


def test_registration_answers_as_recorded(caller: Caller) -> None:
    """The answer has the project and the whole row of the experiment."""
    answer = register(caller, experiment_name="e", update=None, base_experiment=None).json()
    assert answer["project"]["name"] == "p"
    experiment = answer["experiment"]
    assert experiment["project_id"] == answer["project"]["id"]
    assert (experiment["public"], experiment["base_exp_id"]) == (False, None)
    assert answer["found_existing"] is False


def test_taken_name_is_extended(caller: Caller) -> None:
    """A second experiment of the same name is a new one, with eight digits behind its name."""
    first = register(caller, experiment_name="e").json()["experiment"]
    second = register(caller, experiment_name="e", ensure_new=True).json()["experiment"]
    assert second["id"] != first["id"]
    assert re.fullmatch(r"e-[0-9a-f]{8}", second["name"])


@pytest.mark.parametrize("word", [{"update": True}, {"ensure_new": False}])
def test_existing_experiment_can_be_opened(caller: Caller, word: dict[str, object]) -> None:
    """With either word the experiment of this name comes back unchanged, or is made."""
    made = register(caller, experiment_name="e", **word).json()
    opened = register(caller, experiment_name="e", metadata={"a": 1}, **word).json()
    assert opened["experiment"] == made["experiment"]
    assert (made["found_existing"], opened["found_existing"]) == (False, True)


def test_nameless_experiment_is_called_after_its_branch(caller: Caller) -> None:
    """Branch and time make a name, and without a branch there is one all the same."""
    info = {"branch": "main", "commit": "abc"}
    row = register(caller, repo_info=info).json()["experiment"]
    assert re.fullmatch(r"main-\d{10}", row["name"])
    assert row["commit"] == "abc"
    assert register(caller).json()["experiment"]["name"].startswith("experiment-")


def test_unknown_base_experiment_is_refused_in_the_words_clients_look_for(caller: Caller) -> None:
    """The refusal is a 400 with 'base experiment' in it, and without the base it works."""
    answer = register(caller, experiment_name="e", base_experiment="nope")
    assert answer.status_code == 400
    assert "base experiment" in answer.text
    assert register(caller, experiment_name="e", base_experiment=None).status_code == 200


def test_base_is_found_by_name_or_id(caller: Caller) -> None:
    """An experiment knows its base, and tells its id and name."""
    base = register(caller, experiment_name="base").json()["experiment"]
    for fields in ({"base_experiment": "base"}, {"base_exp_id": base["id"]}):
        row = register(caller, experiment_name="e", **fields).json()["experiment"]
        assert row["base_exp_id"] == base["id"]
        assert base_of(caller, row["id"]).json() == {
            "id": row["id"],
            "project_id": row["project_id"],
            "name": row["name"],
            "base_exp_id": base["id"],
            "base_exp_name": "base",
        }


def test_nearest_ancestor_is_the_base(caller: Caller) -> None:
    """Of the given commits the first that an experiment was made at decides."""
    old = register(caller, experiment_name="old", repo_info={"commit": "c1"}).json()["experiment"]
    new = register(caller, experiment_name="new", repo_info={"commit": "c2"}).json()["experiment"]
    row = register(caller, ancestor_commits=["c9", "c2", "c1"]).json()["experiment"]
    assert row["base_exp_id"] == new["id"]
    assert (
        register(caller, ancestor_commits=["c1"]).json()["experiment"]["base_exp_id"] == old["id"]
    )
    assert register(caller, ancestor_commits=["c8"]).json()["experiment"]["base_exp_id"] is None


def test_baseline_of_the_project_is_the_last_resort(caller: Caller) -> None:
    """A project can name the experiment that all others are compared with."""
    base = register(caller, experiment_name="base").json()["experiment"]
    settings = {"baseline_experiment_id": base["id"]}
    caller.post("/api/project/patch_id", {"id": base["project_id"], "settings": settings})
    row = register(caller, experiment_name="e").json()["experiment"]
    assert base_of(caller, row["id"]).json()["base_exp_id"] == base["id"]
    assert base_of(caller, base["id"]).status_code == 400


def test_no_base_is_a_refusal(caller: Caller) -> None:
    """An experiment without a base is answered with 400, in text."""
    row = register(caller, experiment_name="e").json()["experiment"]
    answer = base_of(caller, row["id"])
    assert answer.status_code == 400
    assert answer.headers["content-type"].startswith("text/plain")
    assert "base experiment" in answer.text.lower()


def test_deleted_base_is_none(caller: Caller) -> None:
    """An experiment whose base was deleted has none any more."""
    base = register(caller, experiment_name="base").json()["experiment"]
    row = register(caller, experiment_name="e", base_exp_id=base["id"]).json()["experiment"]
    caller.post("/api/experiment/delete_id", {"id": base["id"]})
    assert base_of(caller, row["id"]).status_code == 400


@pytest.mark.parametrize(
    ("fields", "issue"),
    [
        ({"base_exp_id": "nope"}, "Invalid uuid"),
        ({"base_experiment": 5}, "Expected string, received number"),
        ({"ancestor_commits": "abc"}, "Expected array, received string"),
        ({"experiment_name": ""}, "at least 1 character"),
        ({"public": "yes"}, "Expected boolean, received string"),
    ],
)
def test_wrong_field_is_an_issue(caller: Caller, fields: dict[str, object], issue: str) -> None:
    """A field of the wrong type is refused and named."""
    answer = register(caller, **fields)
    assert answer.status_code == 400
    assert issue in answer.text


def test_foreign_base_is_missing(caller: Caller, stranger: Caller) -> None:
    """An experiment of others is no base, and its base is not told."""
    foreign = register(stranger, experiment_name="e").json()["experiment"]["id"]
    for id in (foreign, str(uuid4())):
        for answer in (register(caller, base_exp_id=id), base_of(caller, id)):
            assert answer.status_code == 400
            assert f"Missing read access to experiment id {id}" in answer.text


def test_malformed_id_is_an_issue(caller: Caller) -> None:
    """The recorded answer to an id that is none: a list of issues, and brackets behind it."""
    answer = base_of(caller, "nope")
    assert answer.status_code == 400
    assert answer.text.startswith('[\n  {\n    "validation": "uuid"')
    assert f"] [user_email={caller.user.email}] [user_org=" in answer.text
