"""A data plane with an organisation of its own, its service token, projects and policies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from conformance.reference.retention.clock import Clock
from tests.reference.material import create, insert, unique

if TYPE_CHECKING:
    import httpx

    from conformance.reference.composition import Reference
    from mock_control_plane.identities import ServiceToken
    from tests.reference.rig import ControlPlane, Houses

KEY = {"SERVICE_TOKEN_SECRET_KEY": "a key to seal tokens under"}
RUN = "/brainstore/time_based_retention"


NOW = datetime(2026, 3, 1, tzinfo=UTC)


class StandingClock(Clock):
    """A clock that stands still."""

    def now(self) -> datetime:
        """It is always the same time."""
        return NOW


def ago(**units: float) -> str:
    """A time so long before the clock's, as rows carry it."""
    return (NOW - timedelta(**units)).isoformat()


def standing(reference: Reference) -> Reference:
    """The reference with a clock that stands still."""
    return replace(reference, clock=StandingClock())


@dataclass(slots=True)
class Home:
    """An organisation, one of its members as a client of a data plane, and its control plane."""

    url: str
    client: httpx.Client
    organization: str
    control_plane: ControlPlane

    def provision(self, name: str = "data-plane") -> ServiceToken:
        """Make a service token and store it in the data plane."""
        directory = self.control_plane.directory
        token = directory.create_service_token(name, organization_id=self.organization)
        answer = self.client.post(
            "/service-token/upsert", json={"name": name, "token": token.secret}
        )
        assert answer.status_code == 200, answer.text
        return token

    def revoke(self, token: ServiceToken) -> None:
        """Make a token worthless."""
        self.control_plane.directory.revoke_service_token(token.id)

    def project(self, **policies: float) -> str:
        """Make a project with these policies and return its id."""
        id = create(self.client, "project")["id"]
        for type, days in policies.items():
            self.policy(id, {"object_type": type, "retention_days": days})
        return id

    def policy(self, project: str, config: dict[str, object]) -> None:
        """Give a project a retention policy."""
        wish = {
            "project_id": project,
            "project_automation_name": unique("keep"),
            "config": {"event_type": "retention", **config},
        }
        answer = self.client.post("/api/project_automation/register", json=wish)
        assert answer.status_code == 200, answer.text

    def experiment(self, project: str, created: str) -> dict[str, str]:
        """Make an experiment that is as old as is given, in the control plane as in its row."""
        experiment = create(self.client, "experiment", project=project)
        record = self.control_plane.objects.find("experiment", experiment["id"])
        assert record is not None
        self.control_plane.objects.patch(record, {"created": created})
        self.rows("experiment", experiment["id"], row=created)
        return experiment

    def rows(self, type: str, id: str, **created: object) -> None:
        """Insert rows with these ids and times of creation."""
        insert(self.client, type, id, *({"id": row, "created": at} for row, at in created.items()))

    def run(self) -> dict[str, object]:
        """Run retention and return what is told of it."""
        answer = self.client.post(RUN, json={})
        assert answer.status_code == 200, answer.text
        told: dict[str, object] = answer.json()
        return told

    def left(self, type: str, id: str) -> set[str]:
        """The ids of the rows that an object has."""
        answer = self.client.post(f"/v1/{type}/{id}/fetch", json={})
        assert answer.status_code == 200, answer.text
        return {row["id"] for row in answer.json()["events"]}


def home(houses: Houses, url: str) -> Home:
    """A new organisation with one member, on a data plane."""
    directory = houses.control_plane.directory
    organization = directory.create_organization(unique("organisation")).id
    key = houses.control_plane.key(organizations=[organization])
    return Home(url, houses.client(url, key), organization, houses.control_plane)
