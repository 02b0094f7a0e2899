"""An experiment that retention deleted is not there any more, in whatever way it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.reference.retention.tombstones import Tombstones
from conformance.reference.store import Store
from tests.reference.material import create
from tests.reference.retention.material import ago

if TYPE_CHECKING:
    from tests.reference.retention.material import Home


@pytest.fixture(name="buried")
def _buried(home: Home) -> dict[str, str]:
    """An experiment that a run has deleted; new for each test because it is asked for again."""
    home.provision()
    project = home.project(experiment=1)
    experiment = home.experiment(project, ago(days=900))
    home.run()
    return experiment


def test_tombstones_are_of_one_kind_and_id() -> None:
    """What is gone is gone, and nothing else is."""
    store = Store("")
    store.open()
    tombstones = Tombstones(store)
    for _ in range(2):
        tombstones.add("experiment", "1")
    assert tombstones.has("experiment", "1")
    assert not tombstones.has("experiment", "2")
    assert not tombstones.has("dataset", "1")
    store.close()


def test_buried_experiment_is_missing(home: Home, buried: dict[str, str]) -> None:
    """Reading, changing, deleting and writing rows are refused as for one that never was."""
    path = f"/v1/experiment/{buried['id']}"
    answers = [
        home.client.get(path),
        home.client.patch(path, json={"description": "new"}),
        home.client.delete(path),
        home.client.post(f"{path}/fetch", json={}),
        home.client.post(f"{path}/insert", json={"events": [{"id": "new"}]}),
        home.client.get(f"{path}/summarize"),
    ]
    assert [answer.status_code for answer in answers] == [403] * len(answers)


def test_pages_are_filled_without_buried_experiments(home: Home, buried: dict[str, str]) -> None:
    """A list leaves a deleted experiment out, and whoever reads page by page misses no other."""
    project = buried["project_id"]
    kept, _ = home.experiment(project, ago(hours=1)), home.experiment(project, ago(days=2))
    home.run()
    query: dict[str, str | int] = {"project_id": project, "limit": 1}
    listed = home.client.get("/v1/experiment", params=query).json()["objects"]
    assert [each["id"] for each in listed] == [kept["id"]]


def test_name_of_a_buried_experiment_is_free(home: Home, buried: dict[str, str]) -> None:
    """Whoever asks for the name again gets an experiment that can be written to."""
    again = create(home.client, "experiment", project=buried["project_id"], name=buried["name"])
    assert again["id"] != buried["id"]
    home.rows("experiment", again["id"], new=None)
    assert home.left("experiment", again["id"]) == {"new"}
