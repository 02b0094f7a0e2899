"""A data plane with one flaw goes on working: what is wrong with it is not that it breaks."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from conformance.reference.defects import DEFECTS
from tests.reference.material import create, insert, unique

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.reference.rig import Houses

AREAS = ("api", "audit", "urls")
"""What one request after another shows; other flaws take time, or a token."""

FEW = 8
"""So many of its answers a flaw may spoil: those to one kind of object, or to one kind of call."""

PREFLIGHT = {
    "origin": "https://page.example.test",
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization",
}


def at_work(client: httpx.Client) -> Iterator[httpx.Response]:
    """Every answer to what clients do, from a login to the end of what was made."""
    yield client.post("/api/apikey/login")
    yield client.post("/api/project/get", json={"project_name": unique("none")})
    project = create(client, "project")
    named = {"project_id": project["id"], "dataset_name": "golden"}
    yield client.post(
        "/api/dataset/register", content=iter([httpx.Request("POST", "x", json=named).read()])
    )
    made = {kind: create(client, kind, project=project["id"]) for kind in ("prompt", "dataset")}
    experiment = create(client, "experiment", project=project["id"])
    rows = f"/v1/experiment/{experiment['id']}"
    insert(client, "experiment", experiment["id"], {"id": "r", "input": 1, "scores": {"s": 1}})
    yield client.post(f"{rows}/feedback", json={"feedback": [{"id": "r", "comment": "yes"}]})
    yield client.post(f"{rows}/fetch", json={"limit": 1})
    yield client.get(f"{rows}/summarize", params={"summarize_scores": "true"})
    query = f"select: * | from: experiment('{experiment['id']}') | limit: 1"
    yield client.post("/btql", json={"query": query, "fmt": "json"})
    yield from lives(client, made)
    yield client.options("/v1/project", headers=PREFLIGHT)


def lives(client: httpx.Client, made: dict[str, dict[str, str]]) -> Iterator[httpx.Response]:
    """Read, listed, changed and deleted; and read by others, and in vain."""
    for kind, row in made.items():
        path = f"/v1/{kind}/{row['id']}"
        yield client.get(path)
        yield client.get(f"/v1/{kind}", params={"limit": 1, f"{kind}_name": row["name"]})
        yield client.get(f"/v1/{kind}", params={"ids": row["id"]})
        yield client.patch(path, json={"description": "changed"})
        client.get(path, headers={"authorization": "Bearer sk-nobody"})
        yield client.delete(path)
        client.get(path)
        yield client.get(f"/v1/{kind}", params={"starting_after": row["id"]})


@pytest.mark.parametrize("name", [one.name for one in DEFECTS.values() if one.area in AREAS])
def test_flaw_spoils_little(houses: Houses, name: str) -> None:
    """All but a few answers are successes, and it is there in the end."""
    environment: dict[str, Any] = {"WHITELISTED_ORIGINS": PREFLIGHT["origin"]}
    url = houses.data_plane(DEFECTS[name].apply, **environment)
    client = houses.client(url, audit=True)
    spoiled = [answer for answer in at_work(client) if not answer.is_success]
    assert len(spoiled) <= FEW, [(str(one.url), one.status_code) for one in spoiled]
    connection = http.client.HTTPConnection(httpx.URL(url).netloc.decode(), timeout=10)
    connection.request("GET", "/version")
    assert connection.getresponse().status == 200
    connection.close()
    houses.host.stop(url)
