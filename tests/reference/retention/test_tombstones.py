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
    experiment = create(home.client, "experiment", project=project)
    home.rows("experiment", experiment["id"], old=ago(days=900))
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
