"""Realms are strangers to each other, over one journal."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import httpx
import pytest

from mock_control_plane.answers import Answer
from mock_control_plane.journal import Journal
from mock_control_plane.reading import Reader, Selection
from mock_control_plane.realms import DEFAULT, Order, RealmProblem, Realms, UnknownRealm
from mock_control_plane.wire import load_profile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.types import ASGIApp

    from mock_control_plane.egress import Serve
    from mock_control_plane.entry import Entry

Result = TypeVar("Result")


class Listening:
    """Ports that nobody has to open: applications by the URL that they would have."""

    def __init__(self) -> None:
        self.apps: dict[str, ASGIApp] = {}
        self.streams: dict[str, Serve] = {}

    async def open(self, app: ASGIApp, host: str | None = None) -> str:
        """Give the next URL."""
        url = f"http://{host or 'here'}:{len(self.apps) + 1}"
        self.apps[url] = app
        return url

    async def open_stream(self, serve: Serve) -> str:
        """Give a URL of its own kind."""
        url = f"http://proxy:{len(self.streams) + 1}"
        self.streams[url] = serve
        return url

    async def shut(self, url: str) -> None:
        """Take a URL back."""
        if url in self.streams:
            del self.streams[url]
        else:
            del self.apps[url]

    async def post(self, url: str, path: str, token: str) -> int:
        """Send a request to one of them, and give the status of its answer."""
        transport = httpx.ASGITransport(app=self.apps[url])
        async with httpx.AsyncClient(transport=transport, base_url=url) as client:
            answer = await client.post(path, headers={"authorization": f"Bearer {token}"}, json={})
            return answer.status_code


def run(path: Path, act: Callable[[Realms, Listening], Awaitable[Result]]) -> Result:
    """Let an act happen among realms over a journal of that name."""

    async def acted() -> Result:
        journal, listening = Journal(path), Listening()
        try:
            return await act(Realms(journal, load_profile(), listening), listening)
        finally:
            await journal.close()

    return asyncio.run(acted())


def entries(path: Path, realm: str) -> list[Entry]:
    """What a realm has heard."""
    return Reader(path, load_profile()).entries(Selection(realm, 0, ()), 100)[0]


def test_realm_is_as_it_was_ordered(tmp_path: Path) -> None:
    """Name, organisation and host of a realm are what its maker says."""
    id = "6c1ed7de-6d5c-4d5b-b1d0-0f7c6ba7b0c2"

    async def act(realms: Realms, _: Listening) -> None:
        realm = await realms.create(Order("one", "acme", id, "mock.example"))
        assert (realm.name, realm.url) == ("one", "http://mock.example:1")
        organization = realm.directory.organization
        assert (organization.name, organization.id) == ("acme", id)
        assert realms.get("one") is realm

    run(tmp_path / "j", act)


def test_realms_are_listed_in_order(tmp_path: Path) -> None:
    """Realms that are not named get names of their own, and are listed as they were made."""

    async def act(realms: Realms, _: Listening) -> None:
        made = [await realms.create(Order()) for _ in range(3)]
        assert list(realms) == made
        assert len({realm.name for realm in made}) == 3

    run(tmp_path / "j", act)


def test_realms_share_neither_people_nor_entries(tmp_path: Path) -> None:
    """A key of one realm is refused by the other, and each realm keeps what it heard."""

    async def act(realms: Realms, listening: Listening) -> None:
        here, there = await realms.create(Order("here")), await realms.create(Order("there"))
        key = here.directory.create_key(here.directory.create_user().id).secret
        assert await listening.post(here.url, "/api/apikey/login", key) == 200
        assert await listening.post(there.url, "/api/apikey/login", key) == 401
        assert realms.journal.position("here") == 1
        assert realms.journal.position("there") == 2

    run(tmp_path / "j", act)
    (here,), (there,) = entries(tmp_path / "j", "here"), entries(tmp_path / "j", "there")
    assert (here.principal.kind, here.status) == ("user", 200)
    assert (there.principal.kind, there.status) == ("unknown", 401)


def test_telemetry_of_the_profile_is_acknowledged(tmp_path: Path) -> None:
    """What the profile calls telemetry is answered and entered, licence unseen."""

    async def act(realms: Realms, listening: Listening) -> None:
        realm = await realms.create(Order("here"))
        for row in realms.profile.telemetry:
            assert await listening.post(realm.url, row.path, "licence") == 200

    run(tmp_path / "j", act)
    heard = entries(tmp_path / "j", "here")
    assert {entry.classification for entry in heard} == {
        f"telemetry:{row.name}" for row in load_profile().telemetry
    }
    assert {entry.principal.kind for entry in heard} == {"license"}


def test_front_stands_before_the_recorder(tmp_path: Path) -> None:
    """What is put before a realm's recorder hears its requests first, and may keep them."""

    async def teapot(
        _scope: object, _receive: object, send: Callable[..., Awaitable[None]]
    ) -> None:
        await send({"type": "http.response.start", "status": 418, "headers": []})
        await send({"type": "http.response.body"})

    async def act(realms: Realms, listening: Listening) -> None:
        realm = await realms.create(Order("here"), front=lambda _: teapot)
        assert await listening.post(realm.url, "/", "key") == 418
        assert realms.journal.position("here") == 0

    run(tmp_path / "j", act)


@pytest.mark.parametrize("name", ["a/b", " ", "-a", "ä", "a" * 65, "a\n"])
def test_unusable_name_is_refused(tmp_path: Path, name: str) -> None:
    """A realm's name fits into a path."""

    async def act(realms: Realms, listening: Listening) -> None:
        with pytest.raises(RealmProblem, match="cannot be the name of a realm"):
            await realms.create(Order(name))
        assert not listening.apps

    run(tmp_path / "j", act)


def test_taken_name_is_refused(tmp_path: Path) -> None:
    """Two realms cannot have one name."""

    async def act(realms: Realms, _: Listening) -> None:
        await realms.create(Order("here"))
        with pytest.raises(RealmProblem, match="there is a realm 'here' already"):
            await realms.create(Order("here"))

    run(tmp_path / "j", act)


def test_unknown_realm_is_explained(tmp_path: Path) -> None:
    """Who asks for a realm that is not there is told which ones are."""

    async def act(realms: Realms, _: Listening) -> None:
        await realms.create(Order("here"))
        with pytest.raises(UnknownRealm, match="there is no realm 'nope'; there is here"):
            realms.get("nope")

    run(tmp_path / "j", act)


def test_closed_realm_listens_no_more(tmp_path: Path) -> None:
    """A closed realm has no port and no scripts, and is not listed; its name stays taken."""

    async def act(realms: Realms, listening: Listening) -> None:
        kept, closed = await realms.create(Order("kept")), await realms.create(Order("closed"))
        closed.faults.add("/x", Answer())
        await realms.close("closed")
        await realms.close("closed")
        assert list(realms) == [kept]
        assert list(listening.apps) == [kept.url]
        assert closed.faults.scripts == []
        assert realms.get("closed") is closed
        with pytest.raises(RealmProblem, match="there is a realm 'closed' already"):
            await realms.create(Order("closed"))

    run(tmp_path / "j", act)


def test_default_realm_is_not_closed(tmp_path: Path) -> None:
    """The realm of the main port is as old as the mock."""

    async def act(realms: Realms, _: Listening) -> None:
        await realms.create(Order(DEFAULT))
        with pytest.raises(RealmProblem, match="'default' has the main port"):
            await realms.close(DEFAULT)
        with pytest.raises(UnknownRealm):
            await realms.close("nope")

    run(tmp_path / "j", act)


def test_end_of_all_realms_is_the_end_of_their_scripts(tmp_path: Path) -> None:
    """Nobody is kept waiting by a script of any realm when the mock stops."""

    async def act(realms: Realms, _: Listening) -> None:
        made = [await realms.create(Order()) for _ in range(2)]
        for realm in made:
            realm.faults.add("/x", Answer(never=True))
        realms.end()
        assert [realm.faults.scripts for realm in made] == [[], []]

    run(tmp_path / "j", act)
