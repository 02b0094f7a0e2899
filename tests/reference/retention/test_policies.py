"""Policies are understood completely, or not at all."""

from __future__ import annotations

import pytest

from conformance.reference.problems import ControlPlaneAway
from conformance.reference.retention.policies import Policies, Policy


def automation(**config: object) -> dict[str, object]:
    """An automation as the control plane has it."""
    return {"id": "a", "project_id": "p", "config": {"event_type": "retention", **config}}


def test_policies_are_picked_from_automations() -> None:
    """Other automations are nobody's policy."""
    found: list[dict[str, object]] = [
        automation(object_type="dataset", retention_days=30),
        {"id": "b", "project_id": "p", "config": {"event_type": "logs"}},
        automation(object_type="experiment", retention_days=0.5),
    ]
    assert Policies().policies(found) == [
        Policy("p", "dataset", 30),
        Policy("p", "experiment", 0.5),
    ]


@pytest.mark.parametrize(
    "config",
    [
        {"object_type": "prompt", "retention_days": 1},
        {"object_type": None, "retention_days": 1},
        {"object_type": "dataset"},
        {"object_type": "dataset", "retention_days": "1"},
        {"object_type": "dataset", "retention_days": True},
        {"object_type": "dataset", "retention_days": -1},
        {"object_type": "dataset", "retention_days": float("nan")},
        {"object_type": "dataset", "retention_days": float("inf")},
    ],
)
def test_policy_that_cannot_be_understood_stops_the_run(config: dict[str, object]) -> None:
    """A type or a window that makes no sense is no reason to guess."""
    with pytest.raises(ControlPlaneAway, match="policy"):
        Policies().policies([automation(**config)])


@pytest.mark.parametrize("found", [{"id": "a"}, {"project_id": "p", "config": []}])
def test_automation_of_another_shape_stops_the_run(found: dict[str, object]) -> None:
    """An answer without the members that it must have is no answer."""
    with pytest.raises(ControlPlaneAway):
        Policies().policies([found])
