"""Policies are understood completely, or a run is told that they are not."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

import pytest

from conformance.reference.caller import Credentials
from conformance.reference.control_plane import ControlPlane
from conformance.reference.problems import ControlPlaneAway
from conformance.reference.retention.policies import Policies, Window
from conformance.reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    Row = dict[str, object]

PROJECT: Row = {"id": "p", "created": "2020-01-01T00:00:00Z"}


def policy(days: object = 3, type: object = "project_logs", project: str = "p") -> Row:
    """A retention policy as the control plane shows it."""
    config = {"event_type": "retention", "object_type": type, "retention_days": days}
    return {"project_id": project, "config": config}


class Told(ControlPlane):
    """A control plane that answers what it was told to."""

    def __init__(self, answers: Mapping[str, object]) -> None:
        super().__init__(Settings())
        self.answers = answers

    async def ask(self, credentials: Credentials, path: str, body: dict[str, object]) -> object:
        """Return the answer for a kind."""
        del credentials, body
        return self.answers.get(path.split("/")[2], [])


def windows(**answers: object) -> list[Window]:
    """What the policies among these answers say."""
    told = Told({"project": [PROJECT], **answers})
    return asyncio.run(Policies().windows(told, Credentials("bt-st-one")))


def test_logs_are_kept_by_project() -> None:
    """The window of a project's logs is that of the project."""
    found = windows(project_automation=[policy(2.5)])
    assert found == [Window("project_logs", "p", PROJECT["created"], 2.5)]


def test_objects_of_the_project_each_have_the_window() -> None:
    """A policy for experiments is about each of them that is not deleted."""
    experiments = [
        {"id": "1", "project_id": "p", "created": "then"},
        {"id": "2", "project_id": "p", "deleted_at": "now"},
    ]
    found = windows(project_automation=[policy(type="experiment")], experiment=experiments)
    assert found == [Window("experiment", "1", "then", 3)]


def test_other_automations_and_projects_are_left_alone() -> None:
    """What is no retention policy, or is one of a project that the token may not read, is none."""
    other: Row = {"project_id": "p", "config": {"event_type": "logs"}}
    assert windows(project_automation=[other, policy(project="unknown")]) == []


@pytest.mark.parametrize(
    "automation",
    [
        policy(days=None),
        policy(days="3"),
        policy(days=True),
        policy(days=-1),
        policy(days=math.nan),
        policy(days=math.inf),
        policy(type="everything"),
        policy(type=None),
        {"project_id": "p"},
        {"config": policy()["config"]},
        {"project_id": "p", "config": None},
    ],
)
def test_one_policy_that_is_not_understood_is_a_problem(automation: Row) -> None:
    """Beside policies that are understood, one that is not spoils the answer."""
    with pytest.raises(ControlPlaneAway):
        windows(project_automation=[policy(), automation])


@pytest.mark.parametrize("answer", [None, {}, "no", [1], [{"created": "then"}]])
def test_answer_of_another_form_is_a_problem(answer: object) -> None:
    """What is no list of objects is not taken for an empty one."""
    with pytest.raises(ControlPlaneAway):
        windows(project=answer)


def test_objects_of_another_project_are_a_problem() -> None:
    """A control plane that does not heed the project that was asked about is not believed."""
    foreign = [{"id": "1", "project_id": "other", "created": "then"}]
    with pytest.raises(ControlPlaneAway, match="other projects"):
        windows(project_automation=[policy(type="dataset")], dataset=foreign)
