"""How the control plane is asked, and what becomes of each kind of answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from starlette.responses import PlainTextResponse, Response

from conformance.reference.caller import Credentials
from conformance.reference.control_plane import ControlPlane, field, rows
from conformance.reference.limiter import Limiter
from conformance.reference.problems import ControlPlaneAway, Relayed
from conformance.reference.settings import Budget, Settings
from tests.mock_control_plane.upstreams import head_of, upstream

if TYPE_CHECKING:
    import socket

    from starlette.types import Receive, Scope, Send

    from tests.reference.rig import Host

CREDENTIALS = Credentials("sk-one", "ada@example.com")


class Scripted:
    """An application that answers as told, and keeps the headers and path that it heard."""

    def __init__(self) -> None:
        self.answer: Response = PlainTextResponse("{}")
        self.heard: dict[bytes, bytes] = {}
        self.path = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or the server's start and stop."""
        if scope["type"] == "lifespan":
            for word in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{word}.complete"})
            return
        self.heard, self.path = dict(scope["headers"]), scope["path"]
        await self.answer(scope, receive, send)


@pytest.fixture(scope="module", name="scripted")
def _scripted(host: Host) -> tuple[Scripted, str]:
    """A control plane that answers as told, and its URL."""
    app = Scripted()
    return app, host.serve(app)


def ask(url: str, *, times: int = 1) -> object:
    """Ask a control plane for something, over one pool."""

    async def asking() -> object:
        control_plane = ControlPlane(Settings(app_url=url))
        await control_plane.open(Limiter(Budget()))
        try:
            answers = [await control_plane.ask(CREDENTIALS, "/api/x/get", {}) for _ in range(times)]
        finally:
            await control_plane.close()
        return answers[-1]

    return asyncio.run(asking())


def test_callers_credentials_are_sent(scripted: tuple[Scripted, str]) -> None:
    """The token and whom it acts for go out, beneath the path of the application's URL."""
    app, url = scripted
    app.answer = PlainTextResponse('{"a": 1}')
    assert ask(f"{url}/base") == {"a": 1}
    assert app.path == "/base/api/x/get"
    assert app.heard[b"authorization"] == b"Bearer sk-one"
    assert app.heard[b"x-bt-impersonate-user"] == b"ada@example.com"


def test_cookies_are_never_sent_back(scripted: tuple[Scripted, str]) -> None:
    """A cookie that was set for one caller does not come with the next request."""
    app, url = scripted
    app.answer = PlainTextResponse("{}", headers={"set-cookie": "session=ada; Path=/"})
    ask(url, times=2)
    assert b"cookie" not in app.heard


def test_proxy_of_the_environment_is_asked_for_the_whole_url(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A forward proxy learns where a request is for, its target byte for byte."""
    heads: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        heads.append(head_of(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")

    async def asking() -> None:
        control_plane = ControlPlane(Settings(app_url="http://control.example.test/base"))
        await control_plane.open(Limiter(Budget()))
        answer = await control_plane.send("GET", b"/a%2fb?x=%7e", headers=[], content=b"")
        await answer.aclose()
        await control_plane.close()

    monkeypatch.setenv("NO_PROXY", "")
    with upstream(proxy) as address:
        monkeypatch.setenv("HTTP_PROXY", address)
        asyncio.run(asking())
    assert heads[0].startswith(b"GET http://control.example.test/base/a%2fb?x=%7e HTTP/1.1\r\n")


def test_refusal_is_relayed(scripted: tuple[Scripted, str]) -> None:
    """Status, words and the time to wait are kept."""
    app, url = scripted
    app.answer = PlainTextResponse("slow down", 429, headers={"retry-after": "5"})
    with pytest.raises(Relayed, match="slow down") as refused:
        ask(url)
    assert (refused.value.status, refused.value.headers) == (429, (("retry-after", "5"),))


@pytest.mark.parametrize(
    "answer",
    [
        PlainTextResponse("broken", 500),
        PlainTextResponse("", 302, headers={"location": "http://elsewhere.example/"}),
        PlainTextResponse("<html>"),
        PlainTextResponse("[" * 100_000),
    ],
    ids=["500", "redirect", "html", "deep"],
)
def test_answer_that_cannot_be_used_is_away(
    scripted: tuple[Scripted, str], answer: Response
) -> None:
    """Whatever is no answer of a control plane is answered as a gateway does."""
    app, url = scripted
    app.answer = answer
    with pytest.raises(ControlPlaneAway, match="control plane"):
        ask(url)


def test_nobody_there_is_away() -> None:
    """A control plane that cannot be reached is named as the reason."""
    with pytest.raises(ControlPlaneAway, match="cannot be reached"):
        ask("http://127.0.0.1:9")


@pytest.mark.parametrize("answer", [None, {}, {"id": 5}])
def test_field_must_be_there(answer: object) -> None:
    """A member that is needed and has another type is the control plane's fault."""
    with pytest.raises(ControlPlaneAway, match="no id"):
        field(answer, "id", str)


@pytest.mark.parametrize("answer", [None, {}, [1]])
def test_rows_must_be_an_array(answer: object) -> None:
    """A list of objects is needed."""
    with pytest.raises(ControlPlaneAway, match="array"):
        rows(answer)
