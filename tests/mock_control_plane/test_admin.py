"""The inspection API is on the main port, guarded by its token, and leaves no entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from mock_control_plane.client import Answer, ControlPlane, ControlPlaneError
from mock_control_plane.server import Options, serve
from tests.running import running_mock

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(name="guarded", scope="module")
def _guarded() -> Iterator[ControlPlane]:
    """A mock that wants a token, and that nobody else asks anything."""
    with running_mock("--token", "hush-hush") as control_plane:
        yield control_plane


def test_inspection_is_not_journalled(guarded: ControlPlane) -> None:
    """Asking leaves no entry, in the right way or the wrong one."""
    realm = guarded.realm("default")
    before = realm.position()
    httpx.get(f"{guarded.url}/_mock/realms")
    httpx.get(f"{guarded.url}/_mock/nothing")
    guarded.realms()
    assert realm.position() == before


@pytest.mark.parametrize("path", ["/_mockery", "/_moc", "/api/_mock"])
def test_other_paths_are_the_control_planes(guarded: ControlPlane, path: str) -> None:
    """What only looks like the inspection API is a request to the control plane."""
    realm = guarded.realm("default")
    with realm.watch() as watch:
        assert "x-mock-control-plane" not in httpx.get(f"{guarded.url}{path}").headers
        assert [entry.path for entry in watch.entries()] == [path]


def test_realm_of_its_own_has_no_inspection(guarded: ControlPlane) -> None:
    """On a realm's own port the path is nothing special, and is journalled."""
    realm = guarded.create_realm()
    answer = httpx.get(f"{realm.url}/_mock", headers={"authorization": "Bearer hush-hush"})
    assert (answer.status_code, realm.count(path="/_mock")) == (404, 1)


@pytest.mark.parametrize("authorization", [None, "hush-hush", "Bearer", "Bearer hush", "bearer x"])
def test_token_is_wanted(guarded: ControlPlane, authorization: str | None) -> None:
    """Without the token nothing is answered, not even that there is something to ask."""
    headers = {} if authorization is None else {"authorization": authorization}
    for path in ("/_mock", "/_mock/realms", "/_mock/nothing"):
        answer = httpx.get(f"{guarded.url}{path}", headers=headers)
        assert (answer.status_code, answer.json()["kind"]) == (401, "TokenWanted")


def test_control_plane_needs_no_token(guarded: ControlPlane) -> None:
    """The token guards the inspection API and not the control plane."""
    assert httpx.post(f"{guarded.url}/api/pulse/status", content=b"{}").status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/_mock/", 404), ("GET", "/_mock/nothing", 404), ("DELETE", "/_mock", 405)],
)
def test_unknown_question_is_a_sentence(
    guarded: ControlPlane, method: str, path: str, status: int
) -> None:
    """What cannot be asked is answered in the same form as everything else."""
    headers = {"authorization": "Bearer hush-hush"}
    answer = httpx.request(method, f"{guarded.url}{path}", headers=headers)
    assert answer.status_code == status
    assert f"does not know {method} {path}" in answer.json()["error"]


def test_relay_offers_only_to_look() -> None:
    """What is the mock's own is refused where a relay's upstream has it, with one sentence."""
    with (
        serve(Options(upstream="http://127.0.0.1:1")) as running,
        ControlPlane(running.url) as control_plane,
    ):
        realm = control_plane.realm("default")
        assert (realm.position(), realm.entries(), realm.telemetry()) == (0, [], [])
        for refused in (
            control_plane.create_realm,
            realm.create_user,
            realm.provision,
            lambda: realm.script("/x", Answer()),
            lambda: realm.create_service_token("t"),
            lambda: realm.put("project", {}),
        ):
            with pytest.raises(ControlPlaneError, match=r"relays to http://127\.0\.0\.1:1, which"):
                refused()
