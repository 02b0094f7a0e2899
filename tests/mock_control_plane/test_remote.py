"""A realm is seen and changed from outside, by typed questions."""

from __future__ import annotations

import time
from threading import Thread
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from mock_control_plane import client, remote
from mock_control_plane.client import Answer, ControlPlane, ControlPlaneError, Realm

if TYPE_CHECKING:
    from mock_control_plane.client import Entry, Key


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


def test_script_answers_instead(realm: Realm, key: Key) -> None:
    """What is scripted is what a data plane gets, and what the entry says."""
    answer = Answer(status=429, headers=(("Retry-After", "3"),), body=b"\x00no")
    script = realm.script("/api/project/get", answer, method="POST", times=1)
    refused = post(realm, "/api/project/get", key)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3")
    assert refused.content == b"\x00no"
    assert post(realm, "/api/project/get", key).status_code == 200
    assert [(entry.status, entry.fault) for entry in realm.entries()] == [
        (429, "scripted"),
        (200, None),
    ]
    realm.unscript(script)
    with pytest.raises(ControlPlaneError, match=f"there is no script '{script}'"):
        realm.unscript(script)


def test_script_is_for_one_principal(realm: Realm, key: Key) -> None:
    """A script for one principal does not touch another."""
    realm.script("/api/self/me", Answer(status=503), principal=key.user_id)
    other = realm.create_key(realm.create_user().id)
    statuses = [post(realm, "/api/self/me", each).status_code for each in (key, other)]
    assert statuses == [503, 200]


def test_unusable_script_is_a_sentence(realm: Realm) -> None:
    """A script that cannot be carried out comes back as a sentence."""
    with pytest.raises(ControlPlaneError, match="the status is 99"):
        realm.script("/x", Answer(status=99))


def test_object_is_what_was_put(realm: Realm, key: Key) -> None:
    """An object is stored as it is given, changed as it is wanted, and seen after its deletion."""
    project = realm.put("project", {"name": "p", "created": "2020-02-29T00:00:00+14:00"})
    assert project["org_id"] == realm.organization.id
    assert project["created"] == "2020-02-29T00:00:00+14:00"
    logs = realm.put("dataset", {"project_id": project["id"], "created": None})
    assert logs["created"] is None
    assert realm.patch("dataset", logs["id"], {"created": "never"})["created"] == "never"
    httpx.post(
        f"{realm.url}/api/dataset/delete_id",
        headers={"authorization": f"Bearer {key.secret}"},
        json={"id": logs["id"]},
    )
    (deleted,) = realm.objects("dataset", project_id=project["id"])
    assert deleted["deleted_at"] is not None
    assert realm.objects("dataset", deleted_at=None) == []
    assert realm.objects("project", name="p") == [project]


def test_policy_is_an_automation(realm: Realm) -> None:
    """A policy is an automation of its project; it is changed in place, and removed."""
    project = realm.put("project", {"name": "p"})
    made = realm.set_policy(project["id"], "experiment", 7)
    changed = realm.set_policy(project["id"], "experiment", 0.5)
    assert made["config"] == {
        "event_type": "retention",
        "object_type": "experiment",
        "retention_days": 7,
    }
    assert changed["id"] == made["id"]
    assert changed["config"]["retention_days"] == 0.5
    realm.set_policy(project["id"], "dataset", 7)
    assert len(realm.objects("project_automation")) == 2
    realm.remove_policy(project["id"], "experiment")
    with pytest.raises(ControlPlaneError, match="has no policy for 'experiment'"):
        realm.remove_policy(project["id"], "experiment")
    (kept,) = realm.objects("project_automation", deleted_at=None)
    assert kept["config"]["object_type"] == "dataset"


def test_organizations_are_listed(realm: Realm) -> None:
    """Every organisation is listed, the ready-made one first."""
    made = realm.create_organization("acme")
    assert [each.id for each in realm.organizations()] == [realm.organization.id, made.id]


def test_revoked_service_token_is_refused(realm: Realm) -> None:
    """A service token that was revoked is unknown from then on."""
    token = realm.create_service_token("retention", rights=())
    headers = {"authorization": f"Bearer {token.secret}"}
    statuses = [httpx.post(f"{realm.url}/api/project/get", headers=headers).status_code]
    realm.revoke_service_token(token.id)
    statuses.append(httpx.post(f"{realm.url}/api/project/get", headers=headers).status_code)
    assert statuses == [403, 401]
    with pytest.raises(ControlPlaneError, match="no service token with the id"):
        realm.revoke_service_token(token.id)


def test_deleted_realm_frees_its_port(running_control_plane: ControlPlane, key: Key) -> None:
    """A realm that is deleted answers nobody, is listed nowhere, and its entries can be read."""
    realm = running_control_plane.create_realm()
    post(realm, "/seen", key)
    realm.delete()
    realm.delete()
    with pytest.raises(httpx.ConnectError):
        post(realm, "/unseen", key)
    assert realm.name not in [each.name for each in running_control_plane.realms()]
    assert [entry.path for entry in realm.entries()] == ["/seen"]
    with pytest.raises(ControlPlaneError, match=f"there is a realm '{realm.name}' already"):
        running_control_plane.create_realm(realm.name)


def test_default_realm_stays(running_control_plane: ControlPlane) -> None:
    """The realm of the main port cannot be deleted."""
    with pytest.raises(ControlPlaneError, match="ends with the mock itself"):
        running_control_plane.realm("default").delete()
