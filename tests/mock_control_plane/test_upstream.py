"""An upstream is a URL that can be asked, and its failures have a status and a sentence."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from mock_control_plane.upstream import Upstream, UpstreamProblem, checked, target
from tests.mock_control_plane.upstreams import head_of, upstream

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator


@pytest.mark.parametrize(
    "url",
    ["", "host", "ftp://h", "http://u@h", "http://h?q", "http://h#f", "http://h:x", "http://"],
)
def test_what_is_no_control_plane_is_refused(url: str) -> None:
    """The sentence says what is wanted."""
    with pytest.raises(UpstreamProblem, match="wants the URL of a control plane"):
        checked(url)


def test_final_slash_is_no_part_of_it() -> None:
    """A base path is kept, and joined with one slash."""
    assert checked("https://h/base/") == "https://h/base"


def test_silence_is_504_and_everything_else_502() -> None:
    """What did not come in time is told from what could not be had."""

    async def run() -> tuple[int, int]:
        upstream = Upstream("http://127.0.0.1:1")
        try:
            late = upstream.failure(httpx.ReadTimeout("")).status
            return late, upstream.failure(httpx.ConnectError("refused")).status
        finally:
            await upstream.close()

    assert asyncio.run(run()) == (504, 502)


def test_base_path_stands_before_what_is_asked() -> None:
    """An upstream below a path is asked below that path, target and query as they were."""
    base = httpx.URL("http://127.0.0.1:1/base/")
    asked = {"raw_path": b"/a%2Fb", "query_string": b"x=%zz"}
    assert target(base, asked) == b"/base/a%2Fb?x=%zz"
    assert target(httpx.URL("http://h"), asked | {"query_string": b""}) == b"/a%2Fb"


def test_proxy_of_the_environment_is_asked_for_the_whole_url(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A forward proxy learns where a request is for, its target byte for byte; CONNECT too."""
    heads: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        heads.append(head_of(connection))
        connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")

    async def ask(url: str) -> None:
        asked = Upstream(url)
        scope = {"method": "GET", "raw_path": b"/a%2fb", "query_string": b"x=%7e", "headers": []}
        try:
            answer = await asked.ask(scope, _nothing())
            await answer.aclose()
        except httpx.ProxyError:
            assert url.startswith("https:")
        finally:
            await asked.close()

    with upstream(proxy) as address:
        for name in ("HTTP_PROXY", "HTTPS_PROXY"):
            monkeypatch.setenv(name, address)
        monkeypatch.setenv("NO_PROXY", "")
        asyncio.run(ask("http://control.example.test"))
        asyncio.run(ask("https://control.example.test"))
    assert [head.split(b"\r\n")[0] for head in heads] == [
        b"GET http://control.example.test/a%2fb?x=%7e HTTP/1.1",
        b"CONNECT control.example.test:443 HTTP/1.1",
    ]


async def _nothing() -> AsyncIterator[bytes]:
    for piece in list[bytes]():
        yield piece
