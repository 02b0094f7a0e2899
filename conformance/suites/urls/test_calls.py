"""What SDKs ask of the control plane, asked through the data plane."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance import expect
from conformance.marks import requirement

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.client import Caller
    from conformance.exchange import Exchange
    from conformance.specimens import Specimens
    from mock_control_plane.client import Realm

Body = dict[str, object]

URLS = ("api_url", "proxy_url", "realtime_url")
MISSING = "00000000-0000-4000-8000-000000000000"
VOLATILE = ("timestamp=", "request_id=")
"""What the control plane writes into its errors anew each time."""


@requirement("URL-02")
def test_look_ups_are_answered_as_by_the_control_plane(
    callers: Callers, specimens: Specimens, realm: Realm
) -> None:
    """What is asked gets the status and the value that the control plane itself gives."""
    caller = callers.new()
    organization = realm.organization.id
    name = specimens.unique("project")
    register: Body = {"project_name": name, "org_id": organization}
    registered = caller.post("/api/project/register", json=register)
    identifier = _id_of(registered, "project")
    experiment: Body = {
        "project_id": identifier,
        "org_id": organization,
        "experiment_name": "first",
    }
    dataset: Body = {"project_id": identifier, "org_id": organization, "dataset_name": "golden"}
    made = caller.post("/api/experiment/register", json=experiment)
    made_id = _id_of(made, "experiment")
    expect.done(caller.post("/api/dataset/register", json=dataset), to="register a dataset")
    calls: list[tuple[str, str, Body]] = [
        ("POST", "/api/apikey/login", {}),
        ("POST", "/api/self/me", {}),
        ("POST", "/api/project/register", register),
        ("POST", "/api/project/get", {"id": identifier}),
        ("POST", "/api/project/get", {"id": MISSING}),
        ("POST", "/api/project/get", {"id": "no-uuid"}),
        ("GET", f"/api/project?id={identifier}", {}),
        ("POST", "/api/experiment/register", experiment | {"update": True}),
        ("POST", "/api/experiment/register", experiment | {"base_experiment": "nobody"}),
        ("POST", "/api/experiment/get", {"project_id": identifier, "experiment_name": "first"}),
        ("POST", "/api/experiment/get", {"project_id": identifier, "experiment_name": "second"}),
        ("POST", "/api/base_experiment/get_id", {"id": made_id}),
        ("POST", "/api/dataset/register", dataset),
        ("POST", "/api/dataset/get", {"project_id": identifier}),
    ]
    for method, path, body in calls:
        _expect_same(caller, realm, method, path, body)


@requirement("URL-02")
@pytest.mark.parametrize("times", [2])
def test_registration_reaches_the_control_plane_once(
    callers: Callers, specimens: Specimens, realm: Realm, times: int
) -> None:
    """What is registered through the data plane is there, and found when registered again."""
    caller = callers.new()
    body = {"project_name": specimens.unique("project"), "org_id": realm.organization.id}
    answers = [caller.post("/api/project/register", json=body) for _ in range(times)]
    ids = {_id_of(answer, "project") for answer in answers}
    found = [expect.body_of(answer, to="register a project") for answer in answers]
    expect.equal(len(ids), 1, what="the number of projects of one name", exchanges=answers)
    expect.equal(
        [each.get("found_existing") for each in found],
        [False, True],
        what="found_existing of two registrations under one name",
        exchanges=answers,
    )


def _expect_same(caller: Caller, realm: Realm, method: str, path: str, body: Body) -> None:
    through = caller.request(method, path, json=body) if method == "POST" else _got(caller, path)
    status, value = _directly(caller, realm, method, path, body)
    if path == "/api/apikey/login":
        value, came = _without_urls(value), _without_urls(_value(through))
    else:
        came = _value(through)
    expect.equal(
        through.status,
        status,
        what=f"the status of {method} {path}, as the control plane gives it,",
        exchanges=through,
    )
    expect.equal(
        came,
        value,
        what=f"the answer to {method} {path}, as the control plane gives it,",
        exchanges=through,
    )


def _got(caller: Caller, path: str) -> Exchange:
    plain, _, query = path.partition("?")
    name, _, value = query.partition("=")
    return caller.get(plain, query={name: value})


def _directly(
    caller: Caller, realm: Realm, method: str, path: str, body: Body
) -> tuple[int, object]:
    """Ask the control plane itself, with the same key."""
    headers = {"authorization": f"Bearer {caller.credential.secret}"}
    try:
        answer = httpx.request(
            method,
            f"{realm.url}{path}",
            json=body if method == "POST" else None,
            headers=headers,
            trust_env=False,
            timeout=30,
        )
    except httpx.HTTPError as problem:
        expect.inconclusive(f"the mock cannot be asked at {realm.url} from here: {problem}")
    return answer.status_code, _parsed(answer.text)


def _value(exchange: Exchange) -> object:
    return _parsed(exchange.text)


def _parsed(text: str) -> object:
    try:
        value: object = json.loads(text)
    except ValueError:
        return " ".join(word for word in text.split() if not word.lstrip("[").startswith(VOLATILE))
    return value


def _without_urls(login: object) -> object:
    """Leave out what is a matter of its own (URL-03)."""
    organizations = login.get("org_info") if isinstance(login, dict) else None
    if not isinstance(login, dict) or not isinstance(organizations, list):
        return login
    kept = [
        {name: value for name, value in each.items() if name not in URLS}
        if isinstance(each, dict)
        else each
        for each in organizations
    ]
    return login | {"org_info": kept}


def _id_of(exchange: Exchange, kind: str) -> str:
    row = expect.body_of(exchange, to=f"register a {kind}").get(kind)
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        expect.inconclusive(f"the answer to a registration has no id of its {kind}", exchange)
    return str(row["id"])
