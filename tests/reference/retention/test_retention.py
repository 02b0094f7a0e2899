"""Runs of retention: what is older than its policy goes, and nothing else, and in no other case."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from conformance.reference.retention.retention import BEGINNING, Retention
from tests.reference.material import create
from tests.reference.retention.material import KEY, NOW, ago, home, standing

if TYPE_CHECKING:
    from conformance.reference.composition import Reference
    from tests.reference.retention.material import Home
    from tests.reference.rig import Houses


def test_rows_of_logs_go_one_by_one(home: Home) -> None:
    """A row goes if it is older than the window, to the moment, whatever its zone and spelling."""
    home.provision()
    project = home.project(project_logs=3)
    home.rows(
        "project_logs",
        project,
        older=ago(days=3, microseconds=1),
        edge=ago(days=3),
        east=(NOW - timedelta(days=3, hours=-13)).isoformat().replace("+00:00", "+14:00"),
        west=(NOW - timedelta(days=3, hours=7)).isoformat().replace("+00:00", "-08:00"),
        future=ago(days=-1000),
        missing=None,
        unreadable="long ago",
    )
    home.run()
    kept = {"edge", "west", "future", "missing", "unreadable"}
    assert home.left("project_logs", project) == kept


def test_experiments_go_as_a_whole(home: Home) -> None:
    """Of two experiments the older one is gone, the younger one is as it was."""
    home.provision()
    project = home.project(experiment=30)
    old, young = (home.experiment(project, ago(days=days)) for days in (31, 29))
    home.run()
    assert home.client.get(f"/v1/experiment/{old['id']}").status_code == 403
    assert home.left("experiment", young["id"]) == {"row"}


def test_dataset_stays_when_its_rows_go(home: Home) -> None:
    """Rows of a dataset go one by one; without any it is there still."""
    home.provision()
    project = home.project(dataset=7)
    dataset = create(home.client, "dataset", project=project)["id"]
    home.rows("dataset", dataset, old=ago(days=8))
    home.run()
    assert home.left("dataset", dataset) == set()
    assert home.client.get(f"/v1/dataset/{dataset}").status_code == 200


def test_what_went_is_in_no_version(home: Home) -> None:
    """A row that is gone cannot be read as of an earlier version either."""
    home.provision()
    project = home.project(project_logs=1)
    home.rows("project_logs", project, old=ago(days=2))
    rows = home.client.post(f"/v1/project_logs/{project}/fetch", json={}).json()["events"]
    home.run()
    wish = {"version": rows[0]["_xact_id"]}
    assert home.client.post(f"/v1/project_logs/{project}/fetch", json=wish).json()["events"] == []


def test_without_a_policy_nothing_goes(home: Home) -> None:
    """Other kinds, other projects and other organisations lose nothing."""
    home.provision()
    policed, other = home.project(project_logs=1), home.project()
    dataset = create(home.client, "dataset", project=policed)["id"]
    for type, id in (("dataset", dataset), ("project_logs", other)):
        home.rows(type, id, old=ago(days=4000))
    home.run()
    assert home.left("dataset", dataset) == {"old"}
    assert home.left("project_logs", other) == {"old"}


def test_of_several_policies_the_shortest_counts(home: Home) -> None:
    """A row that is older than one of the windows that apply to it goes."""
    home.provision()
    project = home.project(project_logs=9)
    home.policy(project, {"object_type": "project_logs", "retention_days": 2})
    home.rows("project_logs", project, old=ago(days=3), young=ago(days=1))
    home.run()
    assert home.left("project_logs", project) == {"young"}


def test_without_a_token_nothing_is_asked_or_deleted(home: Home) -> None:
    """Before a token is stored, and after it is revoked, a run fails and deletes nothing."""
    project = home.project(project_logs=1)
    home.rows("project_logs", project, old=ago(days=2))
    home.run()
    assert home.left("project_logs", project) == {"old"}
    token = home.provision()
    home.revoke(token)
    told = home.run()
    assert told["status"] == "failed"
    assert token.secret not in str(told)
    assert home.left("project_logs", project) == {"old"}


def test_new_token_is_used_by_the_next_run(home: Home) -> None:
    """After a refresh the token from before may be worthless."""
    project = home.project(project_logs=1)
    home.rows("project_logs", project, old=ago(days=2))
    before = home.provision()
    home.provision()
    home.revoke(before)
    home.run()
    assert home.left("project_logs", project) == set()


def test_look_ups_carry_the_token_alone(home: Home) -> None:
    """Every look-up has the service token; the starter's key is only asked who that is."""
    home.project(project_logs=1, experiment=1, dataset=1)
    token = home.provision()
    heard = len(home.control_plane.heard)
    home.run()
    calls = zip(home.control_plane.heard[heard:], home.control_plane.headers[heard:], strict=True)
    asked = [(path, headers) for (_, path), headers in calls if path != "/api/self/me"]
    ours = {path for path, headers in asked if token.secret in headers["authorization"]}
    assert ours == {
        f"/api/{kind}/get" for kind in ("project", "project_automation", "experiment", "dataset")
    }
    assert all("sk-" not in headers["authorization"] for _, headers in asked)


def test_window_longer_than_time_deletes_nothing() -> None:
    """Days that reach behind the calendar's beginning keep everything."""
    assert Retention().cutoff(NOW, 1e300) == BEGINNING


def test_run_that_breaks_has_failed(houses: Houses) -> None:
    """A run that ends by a flaw of ours is not told as one that is under way."""

    class Broken(Retention):
        async def perform(self, parts: object, run: object) -> None:
            del parts, run
            raise ZeroDivisionError

    def broken(reference: Reference) -> Reference:
        return replace(standing(reference), retention=Broken())

    there = home(houses, houses.data_plane(broken, **KEY))
    assert there.client.post("/brainstore/time_based_retention").status_code == 500
    status = there.client.post("/brainstore/time_based_retention/status").json()
    assert (status["running"], status["last_run"]["status"]) == (False, "failed")
