"""In its first seconds a run knows whether it speaks to a data plane, with a key, to the mock."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.deployment.connection import LOGIN, Probe, check
from conformance.errors import KeyRefused, NotADataPlane, NotConnected, Unreachable
from conformance.reach import Reach

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mock_control_plane.client import ControlPlane
    from tests.running import RunningReference

LOGIN_ANSWER = json.dumps({"org_info": []}).encode()


@contextmanager
def answering(status: int, body: bytes, version: bytes = b"{}") -> Iterator[Reach]:
    """A server that answers every login, and every look at its version, in one way."""

    class Handler(BaseHTTPRequestHandler):
        """One request, one answer."""

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            self.answer(200, version)

        def do_POST(self) -> None:
            self.answer(status, body)

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield Reach(f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        thread.join()


def test_connected_data_plane_passes(running_data_plane: RunningReference) -> None:
    """A data plane on the mock passes, and its version is known from then on."""
    probe = Probe.with_fresh_key(running_data_plane.realm, 5.0)
    assert check(Reach(running_data_plane.url), probe)


def test_key_of_the_user_passes() -> None:
    """Without a mock an accepted key is all that can be known."""
    with answering(200, LOGIN_ANSWER, b'{"version": "7.7"}') as reach:
        assert check(reach, Probe("sk-mine")) == "7.7"


@pytest.mark.parametrize("version", [b"not json", b"[]", b'{"version": 7}', b"\xff"])
def test_version_is_optional(version: bytes) -> None:
    """A data plane that does not name its version is one all the same."""
    with answering(200, LOGIN_ANSWER, version) as reach:
        assert check(reach, Probe("sk-mine")) is None


def test_nothing_listens() -> None:
    """A URL where nothing listens is told as such, at once."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    with pytest.raises(Unreachable, match=rf"nothing answers under {url}.*correct --dataplane-url"):
        check(Reach(url), Probe("sk-mine"))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, b"no such page"),
        (200, b"<html>"),
        (200, b"{}"),
        (200, b"[]"),
        (405, b""),
        (501, b"<p>" * 99),
    ],
)
def test_something_else_listens(status: int, body: bytes) -> None:
    """A web site is told apart from a data plane by what it answers to a login."""
    with (
        answering(status, body) as reach,
        pytest.raises(NotADataPlane, match=rf"is not a data plane: .*answered with {status}"),
    ):
        check(reach, Probe("sk-mine"))


def test_something_else_listens_without_a_key() -> None:
    """Even without a key a server that lets everybody log in is no data plane."""
    with (
        answering(200, LOGIN_ANSWER) as reach,
        pytest.raises(NotADataPlane, match="is not a data plane"),
    ):
        check(reach, Probe())


def test_refusal_of_nobody_is_enough_without_a_key() -> None:
    """Without a key a data plane is known by its refusal."""
    with answering(401, b"who are you?") as reach:
        assert check(reach, Probe()) is None


def test_something_else_than_http_listens() -> None:
    """A port of another protocol is told apart as well."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            for _ in range(2):
                connection, _ = server.accept()
                with connection:
                    connection.recv(1024)
                    connection.sendall(b"SSH-2.0-none\r\n")

        thread = threading.Thread(target=greet)
        thread.start()
        with pytest.raises((Unreachable, NotADataPlane), match=r"127\.0\.0\.1"):
            check(Reach(f"http://127.0.0.1:{server.getsockname()[1]}"), Probe("sk-mine"))
        thread.join()


def test_wrong_key_is_refused() -> None:
    """A key that the data plane refuses is told, with the two ways to give another one."""
    with (
        answering(401, b"unknown key") as reach,
        pytest.raises(KeyRefused, match=rf"POST {LOGIN}: 401 'unknown key'.*BRAINTRUST_API_KEY"),
    ):
        check(reach, Probe("sk-mine"))


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, LOGIN_ANSWER),
        (401, b"unknown key"),
        (429, b"too many requests"),
        (502, b"bad gateway"),
    ],
)
def test_foreign_control_plane_is_found(
    running_control_plane: ControlPlane, status: int, body: bytes
) -> None:
    """A login that the mock never heard of means that the data plane has another control plane."""
    realm = running_control_plane.create_realm()
    probe = Probe.with_fresh_key(realm, seen=0.1)
    with (
        answering(status, body) as reach,
        pytest.raises(NotConnected, match=rf"Set its BRAINTRUST_APP_URL to {realm.url}"),
    ):
        check(reach, probe)


def test_data_plane_may_refuse_what_the_mock_vouches_for(
    running_control_plane: ControlPlane,
) -> None:
    """A data plane that hears the mock and refuses its key is bound to something else."""
    realm = running_control_plane.create_realm()
    probe = Probe.with_fresh_key(realm, seen=5.0)
    headers = {"authorization": f"Bearer {probe.secret}"}
    httpx.post(f"{realm.url}{LOGIN}", headers=headers).raise_for_status()
    with (
        answering(403, b"not my organisation") as reach,
        pytest.raises(KeyRefused, match=f"bind it to '{realm.organization.name}'"),
    ):
        check(reach, probe)


def test_key_may_be_spent_by_its_login(running_control_plane: ControlPlane) -> None:
    """Where a look-up of its owner takes a key's whole budget, that is connection enough."""
    realm = running_control_plane.create_realm()
    probe = Probe.with_fresh_key(realm, seen=5.0)
    headers = {"authorization": f"Bearer {probe.secret}"}
    httpx.post(f"{realm.url}/api/self/me", headers=headers).raise_for_status()
    with answering(429, b"too many requests", b'{"version": "7.7"}') as reach:
        assert check(reach, probe) == "7.7"


def test_limited_login_without_a_mock_tells_nothing() -> None:
    """Whether what limits a login is a data plane cannot be known without the mock."""
    with (
        answering(429, b"too many requests") as reach,
        pytest.raises(NotADataPlane, match="429 'too many requests'"),
    ):
        check(reach, Probe("sk-mine"))
