"""A data plane is handed its token when that is asked for, and what became of it is known."""

from __future__ import annotations

import asyncio
import json
import threading
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mock_control_plane.client import ControlPlaneError
from mock_control_plane.directory import Directory
from mock_control_plane.provisioning import Provisioning
from mock_control_plane.wire import load_profile
from tests.running import running_reference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mock_control_plane.client import ControlPlane, Realm


class DataPlane(ThreadingHTTPServer):
    """A data plane that keeps what it is sent, and answers everything with one status."""

    def __init__(self, status: int = 200) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status = status
        self.heard: list[tuple[str, str | None, Any]] = []

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """Keeps a request."""

    server: DataPlane

    def do_POST(self) -> None:
        """Keep the request, and answer it; the answer repeats it, as errors may."""
        sent = self.rfile.read(int(self.headers["content-length"]))
        self.server.heard.append((self.path, self.headers["authorization"], json.loads(sent)))
        self.send_response(self.server.status)
        self.send_header("content-length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, format: str, *_: object) -> None:
        """Be silent."""
        del format


@contextmanager
def data_plane(status: int = 200) -> Iterator[DataPlane]:
    """A data plane that listens."""
    with DataPlane(status) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(name="realm")
def _realm(running_control_plane: ControlPlane) -> Realm:
    """A realm of its own for each test."""
    return running_control_plane.create_realm()


def test_configured_url_is_provisioned(realm: Realm) -> None:
    """Who configures a data plane's URL can have a token handed over, by an owner."""
    with data_plane() as server:
        realm.update_organization(realm.organization.id, api_url=f"{server.url}/", provision=True)
        (path, authorization, sent) = server.heard[0]
    token = realm.token_status()
    assert token is not None
    assert path == "/service-token/upsert"
    assert sent == {"name": token.name, "token": token.secret, "org_name": realm.organization.name}
    assert (token.status, token.problem) == (200, None)
    assert authorization is not None
    owner = httpx.post(f"{realm.url}/api/self/me", headers={"authorization": authorization}).json()
    assert [each["id"] for each in owner["organizations"]] == [realm.organization.id]
    member = realm.create_user().id
    acting = {"authorization": authorization, "x-bt-impersonate-user": member}
    assert httpx.post(f"{realm.url}/api/self/me", headers=acting).json()["id"] == member


def test_nothing_is_called_unless_asked(realm: Realm) -> None:
    """A data plane whose URL is configured without provisioning never hears of it."""
    with data_plane() as server:
        realm.update_organization(realm.organization.id, api_url=server.url)
        realm.create_service_token("mine")
        assert server.heard == []
    assert realm.outbound() == []
    assert realm.token_status() is None


def test_refresh_makes_a_new_token(realm: Realm) -> None:
    """A refresh hands over a new token under the old name; both are valid until one is revoked."""
    with data_plane() as server:
        realm.update_organization(realm.organization.id, api_url=server.url)
        old, new = realm.provision(), realm.provision()
        keys = {authorization for _, authorization, _ in server.heard}
    assert (old.name, new.name) == ("data-plane", "data-plane")
    assert old.secret != new.secret
    assert len(keys) == 1
    assert statuses(realm, old.secret, new.secret) == [200, 200]
    realm.revoke_service_token(old.token_id)
    assert statuses(realm, old.secret, new.secret) == [401, 200]
    assert realm.token_status() == new
    realm.revoke_service_token(new.token_id)
    assert realm.token_status() is None


def statuses(realm: Realm, *secrets: str) -> list[int]:
    """What the control plane answers to look-ups with these credentials."""
    url = f"{realm.url}/api/project/get"
    bearers = [{"authorization": f"Bearer {secret}"} for secret in secrets]
    return [httpx.post(url, headers=headers).status_code for headers in bearers]


def test_token_is_of_its_organization(realm: Realm) -> None:
    """Each organisation has its own data plane and its own token."""
    acme = realm.create_organization("acme")
    with data_plane() as server:
        realm.update_organization(acme.id, api_url=server.url)
        token = realm.provision(acme.id)
        assert server.heard[0][2]["org_name"] == "acme"
    assert realm.token_status(acme.id) == token
    assert realm.token_status() is None
    with pytest.raises(ControlPlaneError, match="no organization with the id 'nope'"):
        realm.provision("nope")


def test_refusal_is_a_sentence_without_the_token(realm: Realm) -> None:
    """What a data plane does not take is told, not in its words: those may repeat the token."""
    with data_plane(403) as server:
        realm.update_organization(realm.organization.id, api_url=server.url)
        token = realm.provision()
        assert token.status == 403
        assert token.problem is not None
        assert token.problem.startswith(f"the data plane answered POST {server.url}/service-token")
        (call,) = realm.outbound()
    assert (call.method, call.url) == ("POST", f"{server.url}/service-token/upsert")
    assert (call.status, call.problem) == (403, token.problem)
    assert token.secret not in f"{call}{token}"
    assert realm.token_status() == token


def test_profile_may_want_no_credential() -> None:
    """Where the wire profile names no credential, the token is handed over without one."""
    profile = load_profile()
    row = replace(profile.rows["token-store"], credential=None)
    directory = Directory()
    provisioning = Provisioning(
        directory, replace(profile, rows={**profile.rows, "token-store": row})
    )
    with data_plane() as server:
        directory.update_organization(directory.organization.id, api_url=server.url)
        assert asyncio.run(provisioning.provision()).status == 200
        assert [authorization for _, authorization, _ in server.heard] == [None]
    assert directory.users == {}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "nonsense", "http://[::1", "https://127.0.0.1:1", "http://h:x"]
)
def test_unreachable_data_plane_is_a_sentence(realm: Realm, url: str) -> None:
    """Where no data plane answers, the call is kept with a sentence."""
    realm.update_organization(realm.organization.id, api_url=url)
    token = realm.provision()
    assert token.status is None
    assert token.problem is not None
    assert token.problem.startswith(f"the data plane does not answer POST {url}/service-token")
    assert [call.problem for call in realm.outbound()] == [token.problem]


def test_token_that_is_not_taken_is_still_valid(realm: Realm) -> None:
    """A token exists as soon as it was made, whatever becomes of the call."""
    realm.update_organization(realm.organization.id, api_url="http://127.0.0.1:1")
    assert statuses(realm, realm.provision().secret) == [200]


def test_reference_takes_its_token(realm: Realm) -> None:
    """The reference data plane takes the token, and tells its owner that there is one."""
    with running_reference(realm, environment={"SERVICE_TOKEN_SECRET_KEY": "k"}) as reference:
        token = realm.provision()
        assert (token.status, token.problem) == (200, None)
        bearer = {"authorization": f"Bearer {reference.new_key()}"}
        url = f"{reference.url}/service-token/{token.name}"
        assert httpx.head(url, headers=bearer).status_code == 200
