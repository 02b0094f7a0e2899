"""Every variant serves like the reference, and differs where it says so."""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import time
from typing import TYPE_CHECKING

import pytest
from braintrust import parse_audit_resources

from conformance.reference.auditor import RESOURCES
from conformance.reference.variants import VARIANTS, Variant, variant
from tests.reference.material import NOBODY, create, fetched, insert, resources, unique

if TYPE_CHECKING:
    import httpx

    from tests.reference.rig import Houses

PATIENCE = 5.0


def serving(houses: Houses, name: str, **environment: str) -> httpx.Client:
    """An auditing client of a variant."""
    return houses.client(houses.data_plane(VARIANTS[name].apply, **environment), audit=True)


def payload(answer: httpx.Response) -> bytes:
    """The bytes within the envelope of the resources."""
    return base64.b64decode(json.loads(answer.headers[RESOURCES])["p"])


@pytest.mark.parametrize("name", VARIANTS)
def test_variant_serves_and_audits(houses: Houses, name: str) -> None:
    """A project is made, named in all scripts, read, filled and attributed."""
    client = serving(houses, name)
    project = create(client, "project", name=unique("é漢🎉"))
    insert(client, "project_logs", project["id"], {"id": "r", "input": 1})
    answer = client.get(f"/v1/project/{project['id']}")
    assert answer.json() == project
    assert (("project", project["id"], project["name"])) in resources(answer)
    deadline = time.monotonic() + PATIENCE
    while not (rows := fetched(client, "project_logs", project["id"])):
        assert time.monotonic() < deadline
    assert rows[0]["input"] == 1
    assert client.get(f"/v1/prompt/{NOBODY}").status_code in (400, 403)
    assert client.get("/ping", headers={"authorization": "Bearer sk-no"}).status_code == 401


def test_there_are_enough_of_them() -> None:
    """Each has a name and a sentence; a name is used once."""
    assert len(VARIANTS) >= 12
    assert all(each.summary.endswith(".") for each in VARIANTS.values())
    with pytest.raises(ValueError, match="two variants named"):
        variant(VARIANTS["remembers-nobody"].apply)
    with pytest.raises(ValueError, match="no docstring"):
        variant(lambda reference: reference)
    assert isinstance(VARIANTS["starts-slowly"], Variant)


def test_reverse_proxy_is_a_second_hop(houses: Houses) -> None:
    """Answers and requests went through it, framed anew."""
    client = serving(houses, "stands-behind-a-reverse-proxy")
    answer = client.post("/v1/project?a=%7e", content=b'{"name": "front"}')
    assert answer.headers.get_list("via") == ["1.1 front"]
    assert answer.headers.get_list("server") == ["front"]
    assert "content-length" not in answer.headers


def test_names_are_spelled_in_title_case(houses: Houses) -> None:
    """The spelling is on the wire, not only in a client's view."""
    client = serving(houses, "spells-headers-in-title-case")
    names = {name for name, _ in client.get("/ping").headers.raw}
    assert {b"X-Bt-Audit-User-Id", b"Content-Type"} <= names


def test_connections_are_closed(houses: Houses) -> None:
    """A connection that has served a request is closed by the data plane."""
    client = serving(houses, "closes-every-connection")
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port or 0)
    connection.request("GET", "/version")
    response = connection.getresponse()
    response.read()
    assert response.will_close
    assert response.getheader("connection") == "close"


def test_answers_are_chunked_and_compressed(houses: Houses) -> None:
    """One has no length, the other is gzip for who accepts it."""
    chunked = serving(houses, "answers-in-small-chunks").get("/ping")
    assert chunked.headers["transfer-encoding"] == "chunked"
    compressed = serving(houses, "compresses-answers").get("/ping")
    assert compressed.headers["content-encoding"] == "gzip"


def test_gzip_carries_a_name(houses: Houses) -> None:
    """The flag for a file name is set, and the time is not zero."""
    data = payload(serving(houses, "compresses-with-name-and-time").get("/ping"))
    assert data[3] & 8
    assert data[4:8] != bytes(4)
    assert b"resources.json" in data


def test_envelope_and_list_are_written_otherwise(houses: Houses) -> None:
    """Blanks, order and further members of the envelope; blanks and escapes in the list."""
    generous = serving(houses, "writes-the-envelope-generously").get("/ping").headers[RESOURCES]
    assert list(json.loads(generous)) == ["p", "encoding", "v"]
    client = serving(houses, "escapes-names-in-the-list")
    text = gzip.decompress(payload(client.post("/v1/project", json={"name": unique("é")})))
    assert b"\n" in text
    assert text.isascii()


def test_lists_are_backwards(houses: Houses) -> None:
    """What is listed last in the answer is first in the header."""
    client = serving(houses, "lists-resources-backwards")
    for _ in range(2):
        create(client, "project")
    answer = client.get("/v1/project", params={"limit": 2})
    ids = [each["id"] for each in answer.json()["objects"]]
    assert [id for _, id, _ in resources(answer)] == ids[::-1]


def test_placeholder_names_the_parameter(houses: Houses) -> None:
    """The word in the brackets is the parameter's."""
    answer = serving(houses, "names-the-parameter-in-the-url").get(f"/v1/dataset/{NOBODY}")
    assert answer.headers["x-bt-audit-normalized-url"] == "/v1/dataset/[dataset_id]"


def test_rows_are_typed_as_their_project(houses: Houses) -> None:
    """Logs are listed as the project that they are of."""
    client = serving(houses, "types-logs-as-their-project")
    project = create(client, "project")
    answer = client.get(f"/v1/project_logs/{project['id']}/fetch")
    assert resources(answer) == [("project", project["id"], project["name"])]


def test_strangers_get_no_audit(houses: Houses) -> None:
    """Without authentication there is no audit header at all."""
    client = serving(houses, "says-nothing-to-strangers")
    answer = client.get("/ping", headers={"authorization": "Bearer sk-no"})
    assert not [name for name in answer.headers if name.startswith("x-bt-audit")]


@pytest.mark.parametrize("kind", ["experiment", "prompt"])
def test_project_is_listed_as_well(houses: Houses, kind: str) -> None:
    """The parent stands beside the object."""
    client = serving(houses, "lists-the-project-as-well")
    made = create(client, kind)
    types = [type for type, _, _ in resources(client.get(f"/v1/{kind}/{made['id']}"))]
    assert types == [kind, "project"]


@pytest.mark.parametrize("kind", ["project", "function"])
def test_old_name_is_listed(houses: Houses, kind: str) -> None:
    """A rename lists the name from before, once."""
    client = serving(houses, "lists-the-name-before-a-change")
    made = create(client, kind)
    answer = client.patch(f"/v1/{kind}/{made['id']}", json={"name": unique("new")})
    assert resources(answer) == [(kind, made["id"], made["name"])]


def test_json_and_errors_look_different(houses: Houses) -> None:
    """Indented and sorted JSON; JSON errors; one status for everything that is missing."""
    body = serving(houses, "writes-json-with-blanks-and-sorted").get("/ping").text
    assert body == json.dumps(json.loads(body), indent=2, sort_keys=True) + "\n"
    error = serving(houses, "explains-errors-in-json").get(f"/v1/project/{NOBODY}").json()
    assert error["error"]["status"] == 400
    forbids = serving(houses, "forbids-what-is-missing")
    assert forbids.get(f"/v1/project/{NOBODY}").status_code == 403
    bad = serving(houses, "calls-a-missing-object-a-bad-request")
    assert bad.get(f"/v1/dataset/{NOBODY}").status_code == 400


def test_nobody_is_remembered(houses: Houses) -> None:
    """Every request asks the control plane who it is, and what they may touch."""
    client = serving(houses, "remembers-nobody")
    project = create(client, "project")["id"]
    before = len(houses.control_plane.heard)
    for _ in range(2):
        fetched(client, "project_logs", project)
    paths = [path for _, path in houses.control_plane.heard[before:]]
    assert paths == ["/api/self/me", "/api/project/get"] * 2


def test_listed_origins_replace_the_defaults(houses: Houses) -> None:
    """With a list only the list is allowed, without one the defaults are."""
    name, default = "allows-listed-origins-only", {"origin": "https://www.braintrust.dev"}
    with_list = serving(houses, name, WHITELISTED_ORIGINS="https://a.example").get(
        "/ping", headers=default
    )
    without = serving(houses, name).get("/ping", headers=default)
    assert "access-control-allow-origin" not in with_list.headers
    assert without.headers["access-control-allow-origin"] == default["origin"]


def test_rows_appear_a_moment_later(houses: Houses) -> None:
    """Directly after a write rows and lists are as before; parsed headers stay readable."""
    client = serving(houses, "shows-writes-a-moment-later")
    prompt = create(client, "prompt")
    answer = client.get("/v1/prompt", params={"ids": prompt["id"]})
    assert (answer.json()["objects"], parse_audit_resources(answer.headers[RESOURCES])) == ([], [])
    deadline = time.monotonic() + PATIENCE
    while not client.get("/v1/prompt", params={"ids": prompt["id"]}).json()["objects"]:
        assert time.monotonic() < deadline
