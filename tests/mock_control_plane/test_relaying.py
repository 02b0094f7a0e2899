"""What goes through a relay arrives as it was sent, in both directions, and is entered once."""

from __future__ import annotations

import hashlib
import os
import socket
import threading
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

from mock_control_plane import server
from mock_control_plane.client import ControlPlane, digest_of
from mock_control_plane.keeping import MODES
from mock_control_plane.server import Options, serve
from mock_control_plane.upstream import Upstream
from tests.mock_control_plane.upstreams import HEAD_END, head_of, relay, saying, upstream

if TYPE_CHECKING:
    from pathlib import Path

HELLO = b"HTTP/1.1 200 OK\r\nX-One: 1\r\nx-one: 2\r\nContent-Length: 5\r\n\r\nhello"
LARGE = 40 * 1024 * 1024


def wait_for(event: threading.Event) -> None:
    """Wait until something happened."""
    event.wait(30)


def talk(url: str, sent: bytes) -> bytes:
    """Send bytes; give all that is answered until the connection is closed."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(sent)
        came = b""
        while piece := connection.recv(65536):
            came += piece
        return came


def test_request_arrives_as_it_was_sent() -> None:
    """Target, headers and body are byte for byte the client's, but for what belongs to a hop."""
    heard: list[bytes] = []

    def answer(connection: socket.socket) -> None:
        came = head_of(connection)
        while not came.endswith(HEAD_END + b"abc"):
            came += connection.recv(65536)
        heard.append(came)
        connection.sendall(HELLO)

    with upstream(answer) as url, relay(url) as realm:
        target = "/api/a%2Fb/%C3%A9;x?b=2&a=%zz&b=1&q=\"'+|"
        sent = f"PUT {target} HTTP/1.1\r\nHost: h\r\nX-A: \xe9\r\nConnection: close, x-gone\r\n"
        sent += "X-Gone: 1\r\nContent-Length: 3\r\n\r\nabc"
        came = talk(realm.url, sent.encode("latin-1"))
        (entry,) = realm.entries()
    head, _, body = heard[0].partition(HEAD_END)
    host = url.removeprefix("http://")
    assert head.decode("latin-1").split("\r\n") == [
        f"PUT {target} HTTP/1.1",
        f"host: {host}",
        "x-a: \xe9",
        "content-length: 3",
        "via: 1.1 mock-control-plane",
    ]
    assert body == entry.body == b"abc"
    assert f"{entry.path}?{entry.query}" == target
    assert b"x-one: 1\r\nx-one: 2\r\ncontent-length: 5\r\n" in came
    assert came.endswith(b"hello")
    assert (entry.method, entry.status, entry.fault) == ("PUT", 200, None)


def test_answer_has_nothing_of_the_relay() -> None:
    """Neither a date nor a server is said that the upstream did not say."""
    with upstream(saying(HELLO)) as url, relay(url) as realm:
        answer = httpx.get(f"{realm.url}/x")
    assert answer.headers.raw == [(b"x-one", b"1"), (b"x-one", b"2"), (b"content-length", b"5")]


@pytest.mark.parametrize("chunked", [False, True])
def test_large_bodies_go_both_ways(chunked: bool) -> None:
    """Forty megabytes there and back are the same bytes, and one entry of that size."""
    body = os.urandom(1024 * 1024) * 40

    def answer(connection: socket.socket) -> None:
        head, _, rest = head_of(connection).partition(HEAD_END)
        digest, size = hashlib.sha256(rest), len(rest)
        end = rest
        while (size < LARGE) if not chunked else not end.endswith(b"0\r\n\r\n"):
            piece = connection.recv(1 << 20)
            size += len(piece)
            end = (end + piece)[-16:]
            digest.update(piece)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % LARGE)
        connection.sendall(body)
        assert (b"transfer-encoding: chunked" in head.lower()) is chunked

    def pieces() -> object:
        yield from (body[start : start + 65536] for start in range(0, LARGE, 65536))

    with upstream(answer) as url, relay(url) as realm:
        sent = pieces() if chunked else body
        came = httpx.post(f"{realm.url}/x", content=sent, timeout=60).content  # type: ignore[arg-type]
        (entry,) = realm.entries()
    assert hashlib.sha256(came).digest() == hashlib.sha256(body).digest()
    assert entry.body_size == LARGE
    assert entry.body == body[: len(entry.body)]


def test_slow_answer_comes_as_it_is_made_and_is_entered_before_its_end() -> None:
    """Each piece is there before the next one is sent, and the entry before the last byte."""
    go_on = [threading.Event() for _ in range(3)]

    def answer(connection: socket.socket) -> None:
        head_of(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for number, event in enumerate(go_on):
            event.wait(30)
            connection.sendall(b"1\r\n%d\r\n" % number)
        connection.sendall(b"0\r\n\r\n")

    with upstream(answer) as url, relay(url) as realm:
        with httpx.stream("GET", f"{realm.url}/x", timeout=30) as answered:
            assert answered.status_code == 200
            assert realm.position() == 0
            came = answered.iter_raw()
            for number, event in enumerate(go_on):
                event.set()
                assert next(came) == b"%d" % number
            assert list(came) == []
        assert realm.position() == 1


def test_slow_request_is_passed_on_as_it_comes() -> None:
    """The upstream has the first half before the second one is sent."""
    half = threading.Event()

    def answer(connection: socket.socket) -> None:
        came = head_of(connection)
        while not came.endswith(b"ab"):
            came += connection.recv(10)
        half.set()
        while not came.endswith(b"abcd"):
            came += connection.recv(10)
        connection.sendall(HELLO)

    def halves() -> object:
        yield b"ab"
        assert half.wait(30)
        yield b"cd"

    with upstream(answer) as url, relay(url) as realm:
        headers = {"content-length": "4"}
        sent = halves()
        assert httpx.post(f"{realm.url}/x", content=sent, headers=headers).text == "hello"  # type: ignore[arg-type]


def test_entry_is_there_when_the_answer_is() -> None:
    """Who has the whole answer sees the entry; with HEAD and 204 that is who has the head."""
    empty = b"HTTP/1.1 204 No Content\r\n\r\n"
    promising = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"

    def answer(connection: socket.socket) -> None:
        head = head_of(connection)
        connection.sendall(promising if head.startswith(b"HEAD") else empty)

    with upstream(answer) as url, relay(url) as realm:
        assert httpx.head(f"{realm.url}/x").headers["content-length"] == "5"
        assert realm.position() == 1
        assert httpx.delete(f"{realm.url}/x").status_code == 204
        assert [entry.status for entry in realm.entries()] == [200, 204]


def test_upstream_that_is_not_there_is_named() -> None:
    """The client gets 502 and a sentence, the whole request is entered, and so is the fault."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
    with relay(url) as realm:
        answer = httpx.post(f"{realm.url}/x", content=b"abc")
        (entry,) = realm.entries()
    assert (answer.status_code, entry.status, entry.fault) == (502, 502, "upstream")
    assert url in answer.text
    assert "relay" in answer.text
    assert entry.body == b"abc"


@pytest.mark.parametrize("said", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nCont"])
def test_upstream_that_gives_no_answer_is_named(said: bytes) -> None:
    """Closed before the head, garbage, or half a head: 502."""
    with upstream(saying(said)) as url, relay(url) as realm:
        answer = httpx.get(f"{realm.url}/x")
        (entry,) = realm.entries()
    assert (answer.status_code, entry.status, entry.fault) == (502, 502, "upstream")


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
)
def test_answer_that_breaks_off_breaks_off_behind_the_relay(said: bytes) -> None:
    """A client never takes half an answer for a whole one."""
    with upstream(saying(said)) as url, relay(url) as realm:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{realm.url}/x")
        (entry,) = realm.wait_for(deadline=10)
    assert (entry.status, entry.fault) == (None, "upstream")


def test_upstream_that_says_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time the client gets 504 and a sentence, and the fault is entered."""
    monkeypatch.setattr(server, "Upstream", partial(Upstream, patience=0.1))
    silent = threading.Event()
    with upstream(lambda _: wait_for(silent)) as url, relay(url) as realm:
        answer = httpx.get(f"{realm.url}/x")
        silent.set()
        (entry,) = realm.entries()
    assert (answer.status_code, entry.status, entry.fault) == (504, 504, "upstream")
    assert "did not answer in time" in answer.text


def test_client_that_leaves_lets_the_upstream_go() -> None:
    """An answer that nobody waits for is given up, and entered as none."""
    asked, left = threading.Event(), threading.Event()

    def answer(connection: socket.socket) -> None:
        head_of(connection)
        asked.set()
        if not connection.recv(1):
            left.set()

    with upstream(answer) as url, relay(url) as realm:
        parts = urlsplit(realm.url)
        with socket.create_connection((parts.hostname, parts.port)) as client:
            client.sendall(b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
            assert asked.wait(30)
        assert left.wait(30)
        (entry,) = realm.wait_for(deadline=10)
    assert (entry.status, entry.fault) == (None, None)


@pytest.mark.parametrize("bodies", MODES)
def test_no_secret_is_kept(bodies: str, tmp_path: Path) -> None:
    """Whatever carries a key, the journal's file does not hold it, however bodies are kept."""
    key, hush = "sk-" + "k" * 48, "hush-hush-hush"
    journal = tmp_path / "j"
    with (
        upstream(saying(HELLO)) as url,
        relay(url, bodies, journal) as realm,
    ):
        at = realm.url
        for headers in ({"authorization": f"Bearer {key}"}, {"cookie": hush}, {"x-other": key}):
            httpx.get(f"{at}/api/{key}?token={key}", headers=headers)
        for path, sent in (
            ("/api/apikey/login", {"token": key}),
            ("/api/secret", {"value": hush}),
            ("/api/project/register", {"api_key": hush, "note": key}),
        ):
            httpx.post(f"{at}{path}", json=sent)
        credentials = [entry.credential for entry in realm.entries()]
    assert credentials[0] == credentials[3] == digest_of(key)
    for file in tmp_path.iterdir():
        assert key.encode() not in file.read_bytes()
        assert hush.encode() not in file.read_bytes()


def test_people_are_those_of_the_upstream() -> None:
    """With a mock as the upstream its keys work, and who was introduced is known by id."""
    with serve(Options()) as behind, relay(behind.url) as realm:
        headers = {"authorization": f"Bearer {behind.key.secret}"}
        httpx.post(f"{realm.url}/api/project/get", json={}, headers=headers)
        assert httpx.post(f"{realm.url}/api/self/me", headers=headers).status_code == 200
        httpx.post(f"{realm.url}/api/project/get", json={}, headers=headers)
        assert httpx.post(f"{realm.url}/api/self/me").status_code == 401
        entries = realm.entries()
    assert [entry.principal.kind for entry in entries] == ["unknown", "user", "user", "none"]
    assert entries[1].principal.id == behind.user.id
    assert {entry.credential for entry in entries[:3]} == {digest_of(behind.key.secret)}


def test_relay_says_what_it_is() -> None:
    """Who asks learns the upstream and how bodies are kept."""
    with relay("http://127.0.0.1:1", "digest") as realm, ControlPlane(realm.url) as control_plane:
        info = control_plane.info()
    assert (info.upstream, info.bodies) == ("http://127.0.0.1:1", "digest")
