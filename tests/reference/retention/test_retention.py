"""What a run of retention deletes, and what it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.reference.material import create
from tests.reference.retention.material import ago

if TYPE_CHECKING:
    from tests.reference.retention.material import Home


@pytest.mark.parametrize("type", ["project_logs", "dataset"])
def test_rows_go_by_their_age(home: Home, type: str) -> None:
    """Of logs and datasets each row goes by its own age, to the second."""
    home.provision()
    project = home.project(**{type: 2})
    holder = project if type == "project_logs" else create_in(home, project, type)
    home.rows(type, holder, young=ago(days=1), edge=ago(days=2), old=ago(days=2, seconds=1))
    assert home.run()["deleted"] == 1
    assert home.left(type, holder) == {"young", "edge"}


def test_dataset_stays_without_its_rows(home: Home) -> None:
    """A dataset whose rows are all too old is empty, and still there."""
    home.provision()
    dataset = create_in(home, home.project(dataset=1), "dataset")
    home.rows("dataset", dataset, old=ago(days=9))
    home.run()
    assert home.left("dataset", dataset) == set()
    assert home.client.get(f"/v1/dataset/{dataset}").status_code == 200


def test_what_no_policy_is_about_stays(home: Home) -> None:
    """Other projects, and other types of the same project, lose nothing."""
    home.provision()
    ruled, free = home.project(dataset=1), home.project()
    for project in (ruled, free):
        home.rows("project_logs", project, old=ago(days=999))
    assert home.run()["deleted"] == 0
    assert home.left("project_logs", ruled) == home.left("project_logs", free) == {"old"}


def test_nothing_goes_without_a_token(home: Home) -> None:
    """Before a token was stored, and after it was revoked, a run fails and deletes nothing."""
    project = home.project(project_logs=1)
    home.rows("project_logs", project, old=ago(days=9))
    token = home.provision()
    home.revoke(token)
    assert home.run()["deleted"] == 0
    assert home.left("project_logs", project) == {"old"}


def test_new_token_is_used_at_once(home: Home) -> None:
    """A run after a refresh works with the new token, the old one being worthless."""
    project = home.project(project_logs=1)
    home.rows("project_logs", project, old=ago(days=9))
    home.revoke(home.provision())
    home.provision()
    home.run()
    assert home.left("project_logs", project) == set()


@pytest.mark.parametrize(
    ("created", "left"),
    [
        ("2026-02-27T23:59:59.999Z", set()),
        ("2026-02-28T05:29:59+05:30", set()),
        ("2026-02-28T05:30:00+05:30", {"row"}),
        ("2027-01-01T00:00:00Z", {"row"}),
        ("not a time", {"row"}),
        (None, {"row"}),
    ],
)
def test_times_are_read_in_their_zone(home: Home, created: object, left: set[str]) -> None:
    """Fractions and zones count; what has no usable time is as old as its writing."""
    home.provision()
    project = home.project(project_logs=1)
    home.rows("project_logs", project, row=created)
    home.run()
    assert home.left("project_logs", project) == left


def create_in(home: Home, project: str, kind: str) -> str:
    """The id of a new object in a project."""
    return str(create(home.client, kind, project=project)["id"])
