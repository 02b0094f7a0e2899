"""Variants that keep tokens or delete in another way delete the same, and differ where they say."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from conformance.reference.variants import VARIANTS
from tests.reference.retention.material import KEY, RUN, Home, ago, home, standing

if TYPE_CHECKING:
    from conformance.reference.composition import Reference
    from tests.reference.rig import Houses

RETENTION = [name for name, each in VARIANTS.items() if each.areas == ("retention",)]
PATIENCE = 10.0


def varied(houses: Houses, name: str) -> Home:
    """An organisation on a data plane of this variant."""

    def change(reference: Reference) -> Reference:
        return VARIANTS[name].apply(standing(reference))

    return home(houses, houses.data_plane(change, **KEY))


def finished(there: Home) -> None:
    """Wait until no run is under way."""
    deadline = time.monotonic() + PATIENCE
    while there.client.post(f"{RUN}/status", json={}).json()["running"]:
        assert time.monotonic() < deadline


@pytest.mark.parametrize("name", RETENTION)
def test_variant_deletes_what_is_too_old(houses: Houses, name: str) -> None:
    """Logs, experiments and rows of datasets go by the policies of their own projects."""
    there = varied(houses, name)
    directory = there.control_plane.directory
    token = directory.create_service_token("token", organization_id=there.organization)
    wish = {"name": "token", "token": token.secret}
    assert there.client.post("/service-token/upsert", json=wish).is_success
    assert there.client.get("/service-token/token").status_code == 200
    projects = [there.project(project_logs=days, experiment=days) for days in (1, 3, 5)]
    experiments = [there.experiment(each, ago(days=2))["id"] for each in projects]
    for each in projects:
        there.rows("project_logs", each, old=ago(days=4), young=ago(hours=2))
    assert there.client.post(RUN, json={}).is_success
    finished(there)
    assert [there.left("project_logs", each) for each in projects] == [
        {"young"},
        {"young"},
        {"old", "young"},
    ]
    there_still = [there.client.get(f"/v1/experiment/{each}").is_success for each in experiments]
    assert there_still == [False, True, True]


def test_run_without_a_token_is_refused(houses: Houses) -> None:
    """One variant says at once that it has no token."""
    there = varied(houses, "refuses-a-run-without-a-token")
    assert there.client.post(RUN, json={}).status_code == 400
