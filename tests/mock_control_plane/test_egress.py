"""A forward proxy lets through what is allowed, refuses all else, and remembers both."""

from __future__ import annotations

import socket
import time
from contextlib import closing, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import h11
import httpx
import pytest

from mock_control_plane.client import Answer, ControlPlane, ControlPlaneError, Destination, Realm
from mock_control_plane.egress import Refusal, target_of

if TYPE_CHECKING:
    from collections.abc import Iterator

FAR = "no-such-host.example.test"


@pytest.fixture(name="realm")
def _realm(running_control_plane: ControlPlane) -> Realm:
    """A realm of its own for each test, so that destinations can be counted."""
    return running_control_plane.create_realm()


@pytest.fixture(name="proxy")
def _proxy(realm: Realm) -> str:
    """The forward proxy of a data plane that may reach its control plane."""
    return realm.open_egress({"control plane": [urlsplit(realm.url).netloc]})


@pytest.fixture(name="client")
def _client(proxy: str) -> Iterator[httpx.Client]:
    """A client that asks everything through the proxy."""
    with httpx.Client(proxy=proxy, trust_env=False) as client:
        yield client


def found(realm: Realm) -> list[tuple[str, str, str, bool, int]]:
    """What was recorded, without the times."""
    return [
        (one.host, one.outcome, one.allowance, one.tunnel, one.count)
        for one in realm.destinations()
    ]


def said(proxy: str, sent: bytes, enough: bytes = b"\0") -> bytes:
    """Send bytes to the proxy; give what comes back until it closes, or until this came."""
    parts = urlsplit(proxy)
    with closing(socket.create_connection((parts.hostname, parts.port), 10)) as connection:
        connection.sendall(sent)
        answer = b""
        while enough not in answer and (piece := connection.recv(65536)):
            answer += piece
    return answer


def test_allowed_host_is_reached_and_counted(realm: Realm, client: httpx.Client) -> None:
    """Requests come to the control plane as they were sent, and are one destination."""
    body = b"\0\xff" * 100_000
    for _ in range(2):
        answer = client.post(f"{realm.url}/api/nothing%2Fhere?b=1&&a=%20", content=body)
        assert answer.status_code == 404
    entries = realm.entries(path_prefix="/api/nothing")
    assert [(one.path, one.query) for one in entries] == [("/api/nothing%2Fhere", "b=1&&a=%20")] * 2
    assert entries[0].body == body
    assert found(realm) == [("127.0.0.1", "through", "control plane", False, 2)]


def test_body_of_unknown_length_comes_through(realm: Realm, client: httpx.Client) -> None:
    """A chunked body is passed on in pieces, and an answer of any size comes back."""
    realm.script("/api/large", Answer(200, (("transfer-encoding", "chunked"),), b"x" * 3_000_000))
    answer = client.post(f"{realm.url}/api/large", content=iter([b"one", b"two"]))
    assert answer.content == b"x" * 3_000_000
    assert realm.entries(path="/api/large")[0].body == b"onetwo"


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304)])
def test_answer_without_a_body_ends(
    realm: Realm, client: httpx.Client, method: str, status: int
) -> None:
    """An answer that has no body is over with its head, and the connection goes on."""
    realm.script("/api/bare", Answer(status))
    for _ in range(2):
        answer = client.request(method, f"{realm.url}/api/bare")
        assert (answer.status_code, answer.content) == (status, b"")


def test_other_host_is_refused_and_named(realm: Realm, client: httpx.Client) -> None:
    """What is not allowed is not even looked up, and the client is told by whom."""
    answer = client.get(f"http://{FAR}:8080/ping")
    assert answer.status_code == 403
    assert f"{FAR}:8080 is not among what may be reached" in answer.text
    with pytest.raises(httpx.ProxyError):
        client.get(f"https://{FAR}/ping")
    assert found(realm) == [
        (FAR, "refused", "other", False, 1),
        (FAR, "refused", "other", True, 1),
    ]


def test_port_beside_the_allowed_one_is_refused(client: httpx.Client) -> None:
    """An address that several share is told apart by the port."""
    assert client.get("http://127.0.0.1:9/").status_code == 403


def test_tunnel_carries_bytes(realm: Realm, proxy: str) -> None:
    """CONNECT makes a tunnel, of which only the destination is known."""
    host = urlsplit(realm.url).netloc.encode()
    request = b"GET /api/in-a-tunnel HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    answer = said(proxy, b"CONNECT " + host + b" HTTP/1.1\r\nhost: x\r\n\r\n" + request)
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"HTTP/1.1 401" in answer
    assert realm.count(path="/api/in-a-tunnel") == 1
    assert found(realm) == [("127.0.0.1", "through", "control plane", True, 1)]


def test_host_that_is_gone_is_unreachable(realm: Realm) -> None:
    """An allowed host that nobody listens at is told from one that is refused."""
    proxy = realm.open_egress({"own": ["127.0.0.1:9"]})
    with httpx.Client(proxy=proxy, trust_env=False) as client:
        assert client.get("http://127.0.0.1:9/").status_code == 502
    assert found(realm) == [("127.0.0.1", "unreachable", "own", False, 1)]


def test_proxy_without_a_list_lets_everything_through(realm: Realm) -> None:
    """Who only wants to know where it goes gets everything, and the proxy stays the same."""
    first = realm.open_egress({})
    second = realm.open_egress(None)
    assert first == second
    assert httpx.get(f"{realm.url}/api/x", proxy=second, trust_env=False).status_code == 401
    assert found(realm) == [("127.0.0.1", "through", "other", False, 1)]


def test_client_that_leaves_lets_go_of_the_destination(realm: Realm, proxy: str) -> None:
    """Nobody goes on waiting for an answer that nobody wants."""
    realm.script("/api/never", Answer(never=True))
    with pytest.raises(httpx.ReadTimeout):
        httpx.get(f"{realm.url}/api/never", proxy=proxy, trust_env=False, timeout=0.5)
    assert realm.wait_for(deadline=10, path="/api/never")[0].status is None


def test_answer_that_is_cut_short_stays_so(realm: Realm, client: httpx.Client) -> None:
    """A destination that closes in the middle is seen to do that."""
    realm.script("/api/cut", Answer(200, body=b"x" * 1000, cut=10))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(f"{realm.url}/api/cut")


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET https://x/ HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http:// HTTP/1.1\r\nhost: x\r\n\r\n",
        b"GET http://x:99999/ HTTP/1.1\r\nhost: x\r\n\r\n",
        b"CONNECT x HTTP/1.1\r\nhost: x\r\n\r\n",
    ],
)
def test_request_that_is_for_no_proxy_is_told_so(realm: Realm, proxy: str, sent: bytes) -> None:
    """Whoever takes the proxy for a web server hears what it is, and nothing is recorded."""
    answer = said(proxy, sent)
    assert answer.startswith(b"HTTP/1.1 400")
    assert b"this is a forward proxy" in answer
    assert found(realm) == []


@pytest.mark.parametrize("sent", [b"\0\0\0\0\r\n\r\n", b"GET\r\n\r\n", b"x" * 2_000_000])
def test_garbage_disturbs_nobody(
    realm: Realm, client: httpx.Client, proxy: str, sent: bytes
) -> None:
    """A client that speaks something else is hung up on; the next one is served."""
    with suppress(ConnectionError):
        said(proxy, sent)
    assert client.get(f"{realm.url}/api/x").status_code == 401


def test_closed_realm_has_no_proxy(realm: Realm, proxy: str) -> None:
    """With its realm a proxy is gone; what it recorded is not."""
    realm.delete()
    with pytest.raises(httpx.ConnectError):
        httpx.get(realm.url, proxy=proxy, trust_env=False)
    assert realm.destinations() == []
    with pytest.raises(ControlPlaneError, match="is closed"):
        realm.open_egress({})


def test_list_that_is_none_is_refused(realm: Realm) -> None:
    """A host that is none is named before anything is opened."""
    with pytest.raises(ControlPlaneError, match="'http://x' is no host"):
        realm.open_egress({"own": ["http://x"]})


def test_destination_has_its_times(realm: Realm, client: httpx.Client) -> None:
    """First and last time are wall seconds."""
    before = time.time()
    client.get(f"{realm.url}/api/x")
    (one,) = realm.destinations()
    assert isinstance(one, Destination)
    assert before <= one.first <= one.last <= time.time()


@pytest.mark.parametrize(
    ("target", "host", "port", "path"),
    [
        ("http://Example.COM/a?b", "example.com", 80, b"/a?b"),
        ("http://example.com", "example.com", 80, b"/"),
        ("http://example.com?b", "example.com", 80, b"/?b"),
        ("http://[::1]:81//x", "::1", 81, b"//x"),
        ("http://u:p@example.com/x", "example.com", 80, b"/x"),
    ],
)
def test_target_is_taken_apart(target: str, host: str, port: int, path: bytes) -> None:
    """Host and port are found, and the path stays as it is spelled."""
    request = h11.Request(method="GET", target=target, headers=[("host", "x")])
    found = target_of(request)
    assert (found.host, found.port, found.path) == (host, port, path)


def test_target_of_another_scheme_is_refused() -> None:
    """Nothing but http goes through without a tunnel."""
    request = h11.Request(method="GET", target="ftp://x/", headers=[("host", "x")])
    with pytest.raises(Refusal, match="expected CONNECT"):
        target_of(request)
