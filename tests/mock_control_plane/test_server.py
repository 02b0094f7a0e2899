"""A mock is ready when it says so, and gone when it is stopped."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import sys
import threading
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest
import trustme

from mock_control_plane import server
from mock_control_plane.client import Answer, ControlPlane, ControlPlaneError
from mock_control_plane.journal import JournalProblem
from mock_control_plane.ports import Address, ServeProblem
from mock_control_plane.realms import Realms
from mock_control_plane.server import Options, serve
from mock_control_plane.wire import ProfileProblem

if TYPE_CHECKING:
    from pathlib import Path


def raw(url: str, sent: bytes, *, leave: bool = False) -> bytes:
    """Send bytes to a mock; give what it answers until it closes."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=30) as connection:
        connection.sendall(sent)
        if leave:
            return b""
        answer = b""
        while part := connection.recv(4096):
            answer += part
        return answer


def test_mock_is_ready_and_then_gone() -> None:
    """Inside, what is ready-made works; after, nothing listens and the journal is gone."""
    with serve(Options(organization="acme")) as running:
        assert running.alive()
        login = httpx.post(
            f"{running.url}/api/apikey/login",
            headers={"authorization": f"Bearer {running.key.secret}"},
        )
        assert [each["name"] for each in login.json()["org_info"]] == ["acme"]
        assert running.journal.is_file()
    assert not running.alive()
    assert not running.journal.exists()
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.url)


def test_named_journal_stays_and_goes_on(tmp_path: Path) -> None:
    """A journal with a name survives the mock, and the next mock continues it."""
    options = Options(journal=tmp_path / "j")
    for position in (1, 2):
        with serve(options) as running, ControlPlane(running.url) as control_plane:
            httpx.post(f"{running.url}/api/pulse/status", content=b"{}")
            assert control_plane.realm("default").position() == position


def test_tls_is_served_on_every_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a certificate the mock and its realms speak TLS, and their URLs say so."""
    authority = trustme.CA()
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    issued = authority.issue_cert("127.0.0.1")
    certificate.write_bytes(b"".join(blob.bytes() for blob in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(str(key))
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    address = Address(certfile=str(certificate), keyfile=str(key))
    with serve(Options(address=address)) as running:
        assert running.url.startswith("https://127.0.0.1:")
        with ControlPlane(running.url) as control_plane, pytest.raises(ControlPlaneError):
            control_plane.info()
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
        with ControlPlane(running.url) as control_plane:
            realm = control_plane.create_realm()
            assert realm.url.startswith("https://127.0.0.1:")
            status = httpx.post(
                f"{realm.url}/api/pulse/status",
                json={},
                verify=ssl.create_default_context(),
            ).status_code
            assert (status, realm.count()) == (200, 1)


def test_secrets_are_not_shown() -> None:
    """Neither options nor a running mock print their secrets."""
    with serve(Options(token="hush-hush")) as running:
        assert "hush" not in repr(running) + repr(Options(token="hush-hush"))
        assert running.key.secret not in repr(running)


def test_beyond_loopback_there_is_a_token() -> None:
    """Where other machines can ask, they need a token, and are told so."""
    with serve(Options(address=Address(host="0.0.0.0"))) as running:
        assert running.token
        assert httpx.get(f"{running.url}/_mock").status_code == 401
        with ControlPlane(running.url, token=running.token) as control_plane:
            assert control_plane.info().url == running.url


def test_script_keeps_no_mock_from_stopping() -> None:
    """A request that a script never answers does not outlive the mock."""
    ended: list[type[Exception]] = []

    def ask(url: str) -> None:
        try:
            httpx.post(f"{url}/x", timeout=60)
        except httpx.HTTPError as problem:
            ended.append(type(problem))

    with serve(Options()) as running, ControlPlane(running.url) as control_plane:
        realm = control_plane.realm("default")
        realm.script("/x", Answer(never=True))
        asking = threading.Thread(target=ask, args=(running.url,))
        asking.start()
        assert len(realm.wait_for(deadline=30, path="/x")) == 1
    asking.join(30)
    assert ended == [httpx.RemoteProtocolError]


def test_waiting_keeps_no_mock_from_stopping() -> None:
    """A mock that is stopped sends those away who wait for entries."""
    with serve(Options()) as running:
        control_plane = ControlPlane(running.url)
        realm, answers = control_plane.realm("default"), []
        waiting = threading.Thread(
            target=lambda: answers.append(realm.wait_for(deadline=600, path="/never"))
        )
        with realm.watch() as watch:
            waiting.start()
            httpx.get(f"{running.url}/seen")
            assert watch.wait_for(deadline=30, path="/seen")
    waiting.join(30)
    assert not waiting.is_alive()
    control_plane.close()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (Options(profile="nope"), ProfileProblem),
        (Options(address=Address(host="192.0.2.1")), ServeProblem),
        (Options(address=Address(certfile="/nope.pem")), ServeProblem),
    ],
)
def test_mock_that_cannot_start_says_why(options: Options, problem: type[Exception]) -> None:
    """What keeps a mock from starting comes out as one sentence."""
    with pytest.raises(problem), serve(options):
        pass


def test_problem_inside_the_loop_comes_out(tmp_path: Path) -> None:
    """A journal that cannot be opened is found in the mock's thread, and reported outside it."""
    options = Options(journal=tmp_path / "missing" / "j")
    with pytest.raises(JournalProblem, match="cannot be opened"), serve(options):
        pass


def test_mock_that_is_never_ready_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Readiness has a deadline."""

    async def never(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(server, "READY_WITHIN", 0.1)
    monkeypatch.setattr(Realms, "create", never)
    with pytest.raises(ServeProblem, match=r"not ready within 0.1 seconds"), serve(Options()):
        pass


def test_malformed_requests_disturb_nobody() -> None:
    """Wrong lengths, broken encodings, deep JSON and nonsense: entered where they arrive."""
    login = b"POST /api/apikey/login HTTP/1.1\r\nconnection: close\r\n"
    with serve(Options()) as running, ControlPlane(running.url) as control_plane:
        realm = control_plane.realm("default")
        with realm.watch() as watch:
            raw(running.url, login + b"content-length: 100\r\n\r\nshort", leave=True)
            assert watch.wait_for(deadline=30, status="none")
            key = f"authorization: Bearer {running.key.secret}\r\n".encode()
            deep = b"[" * 100_000
            head = b"POST /api/project/register HTTP/1.1\r\nconnection: close\r\n" + key
            answer = raw(running.url, head + b"content-length: 100000\r\n\r\n" + deep)
            assert answer.startswith(b"HTTP/1.1 400 ")
            zipped = b"content-encoding: gzip\r\ncontent-length: 3\r\n\r\nxyz"
            assert raw(running.url, head + zipped).startswith(b"HTTP/1.1 4")
            assert raw(running.url, b"nonsense\r\n\r\n").startswith(b"HTTP/1.1 400 ")
            assert raw(running.url, b"GET /%ff%00?%zz HTTP/1.1\r\nconnection: close\r\n\r\n")
            statuses = [entry.status for entry in watch.entries()]
        assert statuses == [None, 400, 400, 404]


def test_every_loop_can_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where uvloop is not there, the standard loop serves."""
    monkeypatch.setitem(sys.modules, "uvloop", None)
    with serve(Options()) as running:
        assert json.loads(httpx.get(f"{running.url}/_mock").text)["url"] == running.url
