"""What happens around every route: keys, trace ids, errors, audit headers."""

from __future__ import annotations

import re
import socket
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.reference.objects.metadata import Metadata
from tests.reference.material import NOBODY, create, resources

if TYPE_CHECKING:
    from starlette.responses import Response

    from conformance.reference.call import Call
    from conformance.reference.composition import Reference
    from conformance.reference.objects.kinds import Kind
    from tests.reference.rig import Houses


@pytest.mark.parametrize("path", ["/version", "/v1/project", "/nothing", f"/v1/project/{NOBODY}"])
def test_every_answer_has_a_trace_id(client: httpx.Client, path: str) -> None:
    """Success or failure, the answer can be named: seconds, zeros, and something random."""
    trace_id = client.get(path).headers["x-bt-internal-trace-id"]
    assert re.fullmatch(r"[0-9a-f]{8}0{8}[0-9a-f]{16}", trace_id)


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/v1", 200), ("/version", 200), ("/ping", 401), ("/x", 401)]
)
def test_only_some_routes_answer_anybody(data_plane: str, path: str, status: int) -> None:
    """Health and version need no key; everything else does, also what does not exist."""
    assert httpx.get(data_plane + path).status_code == status


def test_unknown_route_is_not_found(client: httpx.Client) -> None:
    """A path that is not served is the one case of 404."""
    assert client.get("/v1/nothing").status_code == 404
    assert client.get("/api/a/b/c").status_code == 404


def test_other_method_is_not_allowed(client: httpx.Client) -> None:
    """The answer says which methods there are."""
    answer = client.put("/v1/project")
    assert (answer.status_code, "use POST, GET" in answer.text) == (405, True)


def test_encoded_slash_is_part_of_an_id(client: httpx.Client) -> None:
    """What stands in an id's place is an id, and a wrong one."""
    assert client.get("/v1/project/a%2Fb").status_code == 400


def test_failure_inside_is_a_500_without_details(houses: Houses) -> None:
    """A bug in a part is answered, audited and not explained to the client."""

    class Failing(Metadata):
        async def page(self, call: Call, kind: Kind) -> Response:
            raise ZeroDivisionError(kind.name, call.method)

    def failing(reference: Reference) -> Reference:
        return replace(reference, metadata=Failing())

    answer = houses.client(houses.data_plane(failing), audit=True).get("/v1/project")
    assert answer.status_code == 500
    assert answer.text.startswith("Internal Server Error")
    assert answer.headers["x-bt-audit-normalized-url"] == "/v1/project"


def test_failure_after_authentication_is_attributed(audited: httpx.Client) -> None:
    """A refused request names its user, its route, and nothing that it could not touch."""
    answer = audited.get(f"/v1/dataset/{NOBODY}")
    assert answer.headers["x-bt-audit-user-id"] == audited.get("/ping").json()["id"]
    assert answer.headers["x-bt-audit-normalized-url"] == "/v1/dataset/[id]"
    assert resources(answer) == []


def test_audit_changes_nothing_else(client: httpx.Client) -> None:
    """Status, body and other headers are the same with and without audit."""
    project = create(client, "project")
    plain = client.get(f"/v1/project/{project['id']}")
    audited = client.get(f"/v1/project/{project['id']}", headers={"x-bt-enable-audit": "true"})
    assert (plain.status_code, plain.content) == (audited.status_code, audited.content)
    added = {*audited.headers} - {*plain.headers}
    assert all(name.startswith("x-bt-audit-") for name in added)
    assert len(added) == 4


def test_client_that_left_gets_no_answer(data_plane: str) -> None:
    """A request that breaks off disturbs nobody else."""
    host, _, port = data_plane.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(
            b"POST /api/apikey/login HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{"
        )
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert httpx.get(f"{data_plane}/version").status_code == 200
