"""The client is the inspection API in typed Python, and every failure is a sentence."""

from __future__ import annotations

import subprocess
import sys
import time
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mock_control_plane import __version__, client, remote
from mock_control_plane.client import ControlPlane, ControlPlaneError, Realm, UnknownRealm
from tests.running import running_mock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mock_control_plane.client import Entry, Key
    from tests.running import RunningReference


@pytest.fixture(name="realm")
def _realm(running_control_plane: ControlPlane) -> Realm:
    """A realm of its own for each test, so that entries can be counted."""
    return running_control_plane.create_realm()


@pytest.fixture(name="key")
def _key(realm: Realm) -> Key:
    """A key of a user of the realm."""
    return realm.create_key(realm.create_user().id)


def post(realm: Realm, path: str, key: Key | None = None, content: bytes = b"") -> httpx.Response:
    """Send a request as a data plane would."""
    headers = {} if key is None else {"authorization": f"Bearer {key.secret}"}
    return httpx.post(f"{realm.url}{path}", headers=headers, content=content)


def test_import_is_light() -> None:
    """Who only asks a mock does not load what serves one."""
    code = (
        "import sys, mock_control_plane.client, mock_control_plane.wire;"
        "print([name for name in ('starlette', 'uvicorn') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_mock_says_what_it_is(running_control_plane: ControlPlane) -> None:
    """Version, URL, profile and journal of a mock can be asked for."""
    info = running_control_plane.info()
    assert (info.version, info.url) == (__version__, running_control_plane.url)
    assert info.profile == "braintrust"
    assert info.journal


def test_realms_are_found(running_control_plane: ControlPlane) -> None:
    """A realm is found by its name and listed behind the default one."""
    realm = running_control_plane.create_realm(
        "found", organization="Größe", organization_id="6c1ed7de-6d5c-4d5b-b1d0-0f7c6ba7b0c2"
    )
    again = running_control_plane.realm("found")
    assert (again.name, again.url, again.organization) == ("found", realm.url, realm.organization)
    assert (realm.organization.name, realm.organization.id) == (
        "Größe",
        "6c1ed7de-6d5c-4d5b-b1d0-0f7c6ba7b0c2",
    )
    names = [each.name for each in running_control_plane.realms()]
    assert names[0] == "default"
    assert "found" in names
    assert repr(again) == f"Realm('found', {realm.url!r})"
    assert repr(running_control_plane) == f"ControlPlane({running_control_plane.url!r})"


def test_realm_has_the_host_that_reaches_it(running_control_plane: ControlPlane) -> None:
    """A realm's URL names the host under which its data plane reaches this machine."""
    realm = running_control_plane.create_realm(host="localhost")
    assert realm.url.startswith("http://localhost:")
    assert post(realm, "/seen").status_code == 404
    assert realm.count(path="/seen") == 1


def test_unknown_realm_is_told_apart(running_control_plane: ControlPlane) -> None:
    """A realm that is not there is an error of its own."""
    with pytest.raises(UnknownRealm, match="there is no realm 'nope'"):
        running_control_plane.realm("nope")


def test_organization_has_its_urls(realm: Realm) -> None:
    """An organisation's URLs are what was set last, one by one."""
    made = realm.create_organization("acme")
    assert made.name == "acme"
    realm.update_organization(made.id, api_url="http://dp:1", realtime_url="ws://dp")
    changed = realm.update_organization(made.id, proxy_url="http://dp:2")
    assert (changed.api_url, changed.proxy_url, changed.realtime_url) == (
        "http://dp:1",
        "http://dp:2",
        "ws://dp",
    )


def test_user_is_made_as_he_is_wanted(realm: Realm) -> None:
    """A user has what he was given; an address of his own unless he is to have none."""
    one, other = realm.create_user(), realm.create_user()
    assert one.email != other.email
    assert realm.create_user(email=None).email is None
    acme = realm.create_organization("acme")
    ann = realm.create_user(
        id="6c1ed7de-6d5c-4d5b-b1d0-0f7c6ba7b0c2",
        email="ann@example.com",
        given_name="Ann",
        family_name="Ängström",
        organizations=[acme.id],
    )
    me = post(realm, "/api/self/me", realm.create_key(ann.id)).json()
    assert me == {
        "id": ann.id,
        "email": "ann@example.com",
        "given_name": "Ann",
        "family_name": "Ängström",
        "organizations": [{"id": acme.id, "name": "acme"}],
    }


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("member", 403)])
def test_only_an_owner_may_impersonate(realm: Realm, role: str, status: int) -> None:
    """The role that a user is made with decides whether he may act as another."""
    caller, other = realm.create_key(realm.create_user(role=role).id), realm.create_user()
    headers = {"authorization": f"Bearer {caller.secret}", "x-bt-impersonate-user": other.id}
    assert httpx.post(f"{realm.url}/api/self/me", headers=headers).status_code == status


def test_revoked_key_is_refused(realm: Realm, key: Key) -> None:
    """A key works until it is revoked."""
    assert post(realm, "/api/apikey/login", key).status_code == 200
    realm.revoke_key(key.id)
    assert post(realm, "/api/apikey/login", key).status_code == 401
    assert [entry.principal.kind for entry in realm.entries(credential=key.digest)] == [
        "user",
        "unknown",
    ]


def test_service_token_is_known_by_its_digest(realm: Realm) -> None:
    """A service token is issued for an organisation, and its requests are found."""
    token = realm.create_service_token("retention")
    assert (token.name, token.organization_id) == ("retention", realm.organization.id)
    assert token.secret.startswith("bt-st-")
    assert token.secret not in repr(token)
    headers = {"authorization": f"Bearer {token.secret}"}
    httpx.post(f"{realm.url}/api/project/get", headers=headers)
    (entry,) = realm.entries(credential=token.digest)
    assert (entry.principal.kind, entry.principal.id) == ("service_token", token.id)


def test_secret_is_not_shown(key: Key) -> None:
    """A key does not print its secret."""
    assert key.secret.startswith("sk-")
    assert key.secret not in repr(key)


def test_entry_is_there_when_the_answer_is(realm: Realm, key: Key) -> None:
    """Whoever has an answer finds the entry, on a new connection for each request too."""
    for number in range(1, 51):
        post(realm, f"/seen/{number}", key, b"\x00\xff")
        (entry,) = realm.entries(path=f"/seen/{number}")
        assert (entry.status, entry.body, entry.realm) == (404, b"\x00\xff", realm.name)
        assert entry.seq == realm.position()


def test_position_and_cursor_fit(realm: Realm) -> None:
    """What is later than a position is what came after it was taken."""
    assert realm.position() == 0
    post(realm, "/before")
    position = realm.position()
    assert realm.entries(after=position) == []
    post(realm, "/after")
    assert [entry.path for entry in realm.entries(after=position)] == ["/after"]
    assert realm.count() == 2


def test_limit_bounds_what_is_given(realm: Realm, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than the limit is given; more than a page is given in one piece."""
    for number in range(5):
        post(realm, f"/{number}")
    assert [entry.path for entry in realm.entries(limit=2)] == ["/0", "/1"]
    assert realm.entries(limit=0) == []
    with realm.watch() as watch:
        assert watch.entries() == []
    monkeypatch.setattr(remote, "EVERYTHING", 4)
    assert len(client.Watch(realm, 0).entries()) == 4


def test_watch_sees_what_came_since(realm: Realm) -> None:
    """A window shows nothing of what came before it was opened."""
    post(realm, "/before")
    with realm.watch() as watch:
        post(realm, "/x")
        post(realm, "/y")
        assert [entry.path for entry in watch.entries()] == ["/x", "/y"]
        assert [entry.path for entry in watch.entries(path="/y")] == ["/y"]
        assert [entry.path for entry in watch.wait_for(deadline=0, path="/x")] == ["/x"]


def test_wait_ends_with_the_entry(realm: Realm) -> None:
    """A wait returns when what it waits for comes, long before its deadline."""
    found: list[Entry] = []
    waiting = Thread(target=lambda: found.extend(realm.wait_for(deadline=60, count=2, path="/x")))
    waiting.start()
    post(realm, "/other")
    post(realm, "/x")
    post(realm, "/x")
    waiting.join(30)
    assert [entry.path for entry in found] == ["/x", "/x"]


def test_wait_outlasts_the_time_out_of_requests(running_control_plane: ControlPlane) -> None:
    """A deadline longer than the client's own time-out is waited for."""
    with ControlPlane(running_control_plane.url, timeout=0.5) as control_plane:
        started = time.monotonic()
        assert control_plane.create_realm().wait_for(deadline=0.8) == []
        assert time.monotonic() - started >= 0.8


def test_client_is_shared_by_threads(realm: Realm) -> None:
    """Many threads use one client at once."""
    counted: list[int] = []
    threads = [Thread(target=lambda: counted.append(realm.count())) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert counted == [0] * 16


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("stats", "did you mean 'status'"), ("status", "expected a number")],
)
def test_unusable_filter_is_a_sentence(realm: Realm, name: str, sentence: str) -> None:
    """A filter that the mock does not know comes back as its sentence."""
    filters: dict[str, Any] = {name: "ok"}
    with pytest.raises(ControlPlaneError, match=sentence):
        realm.count(**filters)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "nonsense", "http://", "ftp://127.0.0.1", "http://[::1"]
)
def test_unreachable_mock_is_a_sentence(url: str) -> None:
    """Where no mock answers, the sentence names the URL."""
    with pytest.raises(ControlPlaneError, match=r"the (URL of a )?mock control plane") as caught:
        ControlPlane(url).info()
    assert url.rstrip("/") in str(caught.value)


def test_something_else_is_no_mock(running_data_plane: RunningReference, realm: Realm) -> None:
    """What answers, but is no mock's main port, is told apart from a mock."""
    for url in (running_data_plane.url, realm.url):
        with (
            ControlPlane(url) as control_plane,
            pytest.raises(ControlPlaneError, match="is not a mock control plane"),
        ):
            control_plane.info()


@pytest.fixture(name="guarded", scope="module")
def _guarded() -> Iterator[ControlPlane]:
    """A mock that wants a token."""
    with running_mock("--token", "hush-hush") as control_plane:
        yield control_plane


@pytest.mark.parametrize("token", [None, "", "wrong", "Hush-hush", "häsh"])
def test_wrong_token_is_a_sentence(guarded: ControlPlane, token: str | None) -> None:
    """Who does not give the token is told to, and the token is not in the sentence."""
    with (
        ControlPlane(guarded.url, token=token) as control_plane,
        pytest.raises(ControlPlaneError, match="answers only to its token") as caught,
    ):
        control_plane.info()
    assert "hush" not in str(caught.value).lower()


def test_unusable_token_is_not_repeated() -> None:
    """A token that no header can carry is refused without being shown."""
    with pytest.raises(ControlPlaneError, match="no header can carry") as caught:
        ControlPlane("http://127.0.0.1:1", token="hush\nhush")
    assert "hush" not in str(caught.value)


def test_right_token_is_answered(guarded: ControlPlane) -> None:
    """Who gives the token is answered."""
    assert guarded.info().url == guarded.url
