"""API calls are passed on as they are, and so are their answers."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from starlette.requests import Request
from starlette.responses import Response

from tests.reference.material import create, resources, unique
from tests.reference.test_control_plane import Scripted

if TYPE_CHECKING:
    import httpx
    from starlette.types import Receive, Scope, Send

    from tests.reference.rig import Host, Houses


class Echo(Scripted):
    """A control plane that answers with what it heard."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with method, target, headers and body, compressed."""
        if scope["type"] != "http":
            return await super().__call__(scope, receive, send)
        request = Request(scope, receive)
        heard = {
            "method": request.method,
            "target": f"{scope['raw_path'].decode()}?{scope['query_string'].decode()}",
            "headers": [[name.decode(), value.decode()] for name, value in request.headers.raw],
            "body": (await request.body()).decode("latin-1"),
        }
        headers = {
            "content-encoding": "gzip",
            "x-own": "kept",
            "access-control-allow-origin": "*",
            "x-bt-audit-user-id": "spoofed",
            "content-type": "application/json",
        }
        response = Response(gzip.compress(json.dumps(heard).encode()), 418, headers=headers)
        await response(scope, receive, send)
        return None


@pytest.fixture(scope="module", name="relay")
def _relay(host: Host, houses: Houses) -> httpx.Client:
    """A client of a data plane whose control plane answers with what it heard."""
    url = houses.data_plane(BRAINTRUST_APP_URL=host.serve(Echo()))
    return houses.client(url, "sk-one")


def test_request_comes_through_unchanged(relay: httpx.Client) -> None:
    """Method, path, query and body arrive byte for byte, repeated and encoded as they were."""
    target = "/api/x%2Fy/get?b=2&a=%7e&a=1&c"
    answer = relay.post(target, content=b"\x00\xff{", headers={"x-mine": "yes"})
    heard = answer.json()
    assert (heard["method"], heard["target"]) == ("POST", target)
    assert heard["body"] == "\x00\xff{"
    assert ["x-mine", "yes"] in heard["headers"]
    assert ["authorization", "Bearer sk-one"] in heard["headers"]


def test_headers_of_the_connection_stay(relay: httpx.Client) -> None:
    """Neither Host nor what belongs to the client's own connection is passed on."""
    headers = {"connection": "keep-alive, x-hop", "x-hop": "1", "te": "trailers"}
    heard = relay.get("/api/project", headers=headers).json()["headers"]
    names = [name for name, _ in heard]
    assert {"x-hop", "te"}.isdisjoint(names)
    assert names.count("host") == 1
    assert ["host", f"{relay.base_url.host}:{relay.base_url.port}"] not in heard


def test_answer_comes_through_unchanged(relay: httpx.Client) -> None:
    """Status, encoding and headers are the control plane's, but not what only we may say."""
    answer = relay.get("/api/project")
    assert answer.status_code == 418
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["x-own"] == "kept"
    assert {"access-control-allow-origin", "x-bt-audit-user-id"}.isdisjoint(answer.headers)


def test_empty_login_works(client: httpx.Client) -> None:
    """A POST without a body logs in, also with a JSON content type."""
    answers = [client.post("/api/apikey/login", headers=each) for each in ({}, JSON)]
    assert [answer.json()["org_info"][0]["api_url"] for answer in answers]
    assert [answer.status_code for answer in answers] == [200, 200]


JSON = {"content-type": "application/json"}


def test_unknown_key_is_refused_by_the_control_plane(houses: Houses, data_plane: str) -> None:
    """The data plane adds nothing to the control plane's own 401."""
    answer = houses.client(data_plane, "sk-unknown").post("/api/project/get", json={})
    assert answer.status_code == 401


def test_audited_call_lists_what_it_shows(audited: httpx.Client) -> None:
    """Registered, read and listed objects are the answer's, with their kind as the type."""
    organization = audited.get("/ping").json()["organizations"][0]
    body = {"project_name": unique("proxied"), "org_id": organization["id"]}
    answer = audited.post("/api/project/register", json=body)
    project = answer.json()["project"]
    assert resources(answer) == [("project", project["id"], project["name"])]
    assert resources(audited.get(f"/api/project?id={project['id']}")) == resources(answer)
    body = {"experiment_name": unique("proxied"), "project_id": project["id"]}
    registered = audited.post("/api/experiment/register", json=body)
    assert [type for type, _, _ in resources(registered)] == ["experiment", "project"]


def test_audited_login_names_the_user_only(audited: httpx.Client) -> None:
    """A login is attributed and touches no object."""
    answer = audited.post("/api/apikey/login")
    assert answer.headers["x-bt-audit-user-id"] == audited.get("/ping").json()["id"]
    assert resources(answer) == []


def test_audited_failure_to_authenticate_names_nobody(houses: Houses, data_plane: str) -> None:
    """A login with an unknown key is answered by the control plane, and attributed to nobody."""
    answer = houses.client(data_plane, "sk-unknown", audit=True).post("/api/apikey/login")
    assert answer.status_code == 401
    assert "x-bt-audit-user-id" not in answer.headers


def test_audited_answer_that_is_no_json_comes_through(relay: httpx.Client) -> None:
    """What the auditor cannot read is passed on all the same."""
    answer = relay.get("/api/project", headers={"x-bt-enable-audit": "true"})
    assert answer.status_code == 418
    assert answer.json()["method"] == "GET"


def test_change_through_the_proxy_is_seen_at_once(client: httpx.Client) -> None:
    """A project that is renamed over the API has its new name in the next audit of its rows."""
    project = create(client, "project")
    audit = {"x-bt-enable-audit": "true"}
    path = f"/v1/project_logs/{project['id']}/fetch"
    client.get(path, headers=audit)
    name = unique("renamed")
    client.post("/api/project/patch_id", json={"id": project["id"], "name": name})
    assert resources(client.get(path, headers=audit)) == [("project_logs", project["id"], name)]


def test_control_plane_that_is_away_is_a_gateway_error(houses: Houses) -> None:
    """The client is told in one sentence."""
    url = houses.data_plane(BRAINTRUST_APP_URL="http://127.0.0.1:9")
    for path in ("/api/apikey/login", "/v1/project"):
        answer = houses.client(url, "sk-one").post(path)
        assert (answer.status_code, answer.text) == (502, "The control plane cannot be reached")


def test_audited_answer_that_is_cut_is_a_gateways_error(host: Host, houses: Houses) -> None:
    """What the auditor has to read whole, and cannot, is not given out in part."""
    app = Scripted()
    app.answer = Response(b"[", headers={"content-length": "100"})
    url = houses.data_plane(BRAINTRUST_APP_URL=host.serve(Person(app)))
    answer = houses.client(url, "sk-one", audit=True).get("/api/project")
    assert answer.status_code == 502
    assert answer.text.startswith("The control plane's answer was cut short")


def test_audited_answer_that_is_garbled_comes_through(host: Host, houses: Houses) -> None:
    """Bytes that are no JSON are the client's to judge."""
    app = Scripted()
    app.answer = Response(b"<html>", headers={"content-type": "application/json"})
    url = houses.data_plane(BRAINTRUST_APP_URL=host.serve(Person(app)))
    answer = houses.client(url, "sk-one", audit=True).get("/api/project")
    assert (answer.content, resources(answer)) == (b"<html>", [])


class Person:
    """A control plane that knows everybody, and leaves the rest to another application."""

    def __init__(self, rest: Scripted) -> None:
        self._rest = rest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell who is asking, or pass the request on."""
        if scope.get("path") == "/api/self/me":
            person: dict[str, object] = {"id": "me", "email": None, "organizations": []}
            return await Response(json.dumps(person))(scope, receive, send)
        return await self._rest(scope, receive, send)
