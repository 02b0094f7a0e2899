"""Requests and objects that the tests of the reference are made with."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import braintrust
from starlette.datastructures import Headers

from conformance.reference.auditor import RESOURCES, Trail
from conformance.reference.caller import Caller, Credentials, Organization

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

NOBODY = "00000000-0000-4000-8000-000000000000"
KINDS = ("project", "experiment", "dataset", "prompt", "function")
ORGANIZATION = Organization("0a0a0a0a-0000-4000-8000-000000000001", "acme")
SECRET = Credentials("sk-one")
CALLER = Caller("user-id", "ada@example.com", (ORGANIZATION,), SECRET, SECRET.digest)

_numbers = itertools.count()


def unique(word: str) -> str:
    """A name that no other test uses."""
    return f"{word} {next(_numbers)}"


def trail(headers: Mapping[str, str] | None = None, *, caller: Caller | None = CALLER) -> Trail:
    """What a request for one project leaves behind before it touches anything."""
    return Trail(
        template="/v1/project/{project_id}",
        parameters={"project_id": NOBODY},
        method="GET",
        path=f"/v1/project/{NOBODY}",
        headers=Headers(headers or {}),
        caller=caller,
    )


def resources(answer: httpx.Response) -> list[tuple[str, str, str]]:
    """What an audited answer lists, as the SDK reads it."""
    listed = braintrust.parse_audit_resources(answer.headers[RESOURCES])
    return [(each["type"], each["id"], each["name"]) for each in listed]


def create(
    client: httpx.Client, kind: str, *, project: str = "", **fields: object
) -> dict[str, str]:
    """Create an object, in a new project unless one is given, and return it."""
    body: dict[str, object] = {"name": unique(kind), **fields}
    if kind != "project":
        body["project_id"] = project or create(client, "project")["id"]
    if kind in ("prompt", "function"):
        body.setdefault("slug", unique("slug"))
    if kind == "function":
        body.setdefault("function_data", {"type": "prompt"})
    answer = client.post(f"/v1/{kind}", json=body)
    assert answer.is_success, answer.text
    created: dict[str, str] = answer.json()
    return created


def insert(client: httpx.Client, type: str, id: str, *events: Mapping[str, object]) -> list[str]:
    """Insert rows into an object and return their ids."""
    answer = client.post(f"/v1/{type}/{id}/insert", json={"events": list(events)})
    assert answer.is_success, answer.text
    ids: list[str] = answer.json()["row_ids"]
    return ids


def fetched(client: httpx.Client, type: str, id: str, **query: object) -> list[dict[str, object]]:
    """The rows of an object."""
    answer = client.post(f"/v1/{type}/{id}/fetch", json=query)
    assert answer.status_code == 200, answer.text
    events: list[dict[str, object]] = answer.json()["events"]
    return events
