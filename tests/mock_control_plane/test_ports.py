"""Ports are bound before anything starts, say where they are, and bear with bad senders."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import uvicorn

from mock_control_plane.ports import MAX_HEAD, Address, Ports, ServeProblem, is_loopback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.types import Receive, Scope, Send


async def hello(_scope: Scope, receive: Receive, send: Send) -> None:
    """Read what is sent, and say hello."""
    while (await receive()).get("more_body"):
        pass
    headers = [(b"content-length", b"5")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"hello"})


def served(act: Callable[[Ports, str], Awaitable[None]]) -> None:
    """Let an act happen while an application is served."""

    async def acted() -> None:
        address = Address()
        ports = Ports(address, address.bind())
        try:
            await act(ports, await ports.open(hello))
        finally:
            await ports.close()

    asyncio.run(acted())


async def said(url: str, sent: bytes) -> bytes:
    """Send bytes to a port; give what comes back until it closes, or says hello."""
    host, port = url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    answer = b""
    try:
        writer.write(sent)
        while not answer.endswith(b"hello") and (part := await reader.read(4096)):
            answer += part
    except ConnectionError:
        pass
    finally:
        writer.close()
    return answer


def test_each_application_has_a_port_of_its_own() -> None:
    """Every application that is opened listens when its URL is known, on a port of its own."""

    async def act(ports: Ports, url: str) -> None:
        other = await ports.open(hello)
        assert url != other
        for each in (url, other):
            assert (await said(each, b"GET / HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")

    served(act)


def test_shut_port_is_free() -> None:
    """A port that is shut answers nobody and can be taken; the others go on."""

    async def act(ports: Ports, url: str) -> None:
        other = await ports.open(hello)
        await ports.shut(other)
        with pytest.raises(ConnectionRefusedError):
            await said(other, b"GET / HTTP/1.1\r\n\r\n")
        Address(port=int(other.rsplit(":", 1)[1])).bind().close()
        assert (await said(url, b"GET / HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 200 OK")

    served(act)


def test_stream_is_for_this_machine_only() -> None:
    """Wherever the mock listens, what passes connections on is offered to nobody else."""

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        writer.close()

    async def acted() -> None:
        address = Address("0.0.0.0")
        with address.bind() as main:
            ports = Ports(address, main)
            url = await ports.open_stream(greet)
            assert url.startswith("http://127.0.0.1:")
            assert await said(url, b"") == b"hello"
            await ports.shut(url)
            with pytest.raises(ConnectionRefusedError):
                await said(url, b"")
            await ports.close()

    asyncio.run(acted())


def test_port_that_cannot_be_served_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    """What keeps a server from starting comes out of opening its port."""

    async def fails(*_: object) -> None:
        raise OSError("no more files")

    async def act(ports: Ports, _: str) -> None:
        monkeypatch.setattr(uvicorn.Server, "startup", fails)
        with pytest.raises(OSError, match="no more files"):
            await ports.open(hello)

    served(act)


def test_head_without_end_is_cut_off() -> None:
    """A request head beyond its limit is refused, and others are served meanwhile."""

    async def act(_: Ports, url: str) -> None:
        endless = b"GET / HTTP/1.1\r\nx: " + b"a" * (MAX_HEAD + 300_000)
        refused, answered = await asyncio.gather(
            said(url, endless), said(url, b"GET / HTTP/1.1\r\n\r\n")
        )
        assert refused.startswith(b"HTTP/1.1 431 ") or refused == b""
        assert answered.endswith(b"hello")

    served(act)


def test_large_head_within_the_limit_is_served() -> None:
    """Half a megabyte of headers is no reason to refuse, also on a connection used before."""

    async def act(_: Ports, url: str) -> None:
        large = b"GET / HTTP/1.1\r\nx: " + b"a" * 500_000 + b"\r\n\r\n"
        assert (await said(url, large)).endswith(b"hello")

    served(act)


def test_large_body_does_not_count_as_head() -> None:
    """A body may be larger than the limit of heads."""

    async def act(_: Ports, url: str) -> None:
        size = 2 * MAX_HEAD
        head = b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % size
        assert (await said(url, head + b"a" * size)).endswith(b"hello")

    served(act)


def test_port_in_use_is_explained() -> None:
    """A port that somebody else has is named, with what to do."""
    with closing(Address().bind()) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(
            ServeProblem, match=f"port {port} .*in use.* choose another with --port"
        ):
            Address(port=port).bind()


@pytest.mark.parametrize("address", [Address(port=70000), Address(host="192.0.2.1")])
def test_impossible_address_is_explained(address: Address) -> None:
    """A port or an interface that does not exist is refused in a sentence."""
    with pytest.raises(ServeProblem, match="cannot listen on"):
        address.bind()


@pytest.mark.parametrize(
    ("address", "main", "other"),
    [
        (Address(), "http://127.0.0.1:{port}", "http://127.0.0.1:{port}"),
        (Address(host="0.0.0.0"), "http://127.0.0.1:{port}", "http://127.0.0.1:{port}"),
        (Address(certfile="c.pem"), "https://127.0.0.1:{port}", "https://127.0.0.1:{port}"),
        (
            Address(public_url="https://mock.example/"),
            "https://mock.example",
            "https://mock.example:{port}",
        ),
    ],
)
def test_url_says_how_a_port_is_reached(address: Address, main: str, other: str) -> None:
    """The main port is reached under the public URL, others under its host and their port."""
    with closing(address.bind()) as taken:
        port = taken.getsockname()[1]
        assert address.main_url(taken) == main.format(port=port)
        assert address.url(taken) == other.format(port=port)
        assert address.url(taken, "elsewhere").endswith(f"//elsewhere:{port}")


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_ipv6_address_is_bracketed() -> None:
    """An IPv6 address stands in brackets in a URL."""
    address = Address(host="::1")
    try:
        taken = address.bind()
    except ServeProblem:
        pytest.skip("this machine has no IPv6 loopback")
    with closing(taken):
        assert address.url(taken) == f"http://[::1]:{taken.getsockname()[1]}"
        assert is_loopback(taken)


@pytest.mark.parametrize(("host", "loopback"), [("127.0.0.1", True), ("0.0.0.0", False)])
def test_loopback_is_recognised(host: str, loopback: bool) -> None:
    """Only an interface that no other machine can reach is loopback."""
    with closing(Address(host=host).bind()) as taken:
        assert is_loopback(taken) is loopback


def test_unusable_certificate_is_explained(tmp_path: Path) -> None:
    """A certificate that is missing, or is none, is named before anything starts."""
    (tmp_path / "c.pem").write_text("not a certificate")
    for name in ("missing.pem", "c.pem"):
        with pytest.raises(ServeProblem, match=f"{name} cannot be used .* expected a PEM file"):
            Address(certfile=str(tmp_path / name)).check_certificate()
    Address().check_certificate()
