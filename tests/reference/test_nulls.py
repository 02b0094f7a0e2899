"""The null data planes do what their names say, to every request."""

from __future__ import annotations

import asyncio
import socket

import httpx
import pytest

from conformance.reference.nulls import NULLS

REQUESTS = [("GET", "/version", b""), ("POST", "/v1/project", b'{"name": "a"}')]
PATIENCE = httpx.Timeout(5.0, read=0.2)


def ask(null: str, method: str, path: str, body: bytes = b"") -> httpx.Response:
    """Send one request to a null data plane that lives as long as the request."""

    async def conversation() -> httpx.Response:
        server = await NULLS[null].start(socket.create_server(("127.0.0.1", 0)))
        host, port = server.sockets[0].getsockname()
        async with server, httpx.AsyncClient(base_url=f"http://{host}:{port}") as client:
            headers = {"x-bt-enable-audit": "true"}
            return await client.request(
                method, path, content=body, headers=headers, timeout=PATIENCE
            )

    return asyncio.run(conversation())


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
@pytest.mark.parametrize("status", [200, 404, 500])
def test_constant_answer_is_given_to_every_request(
    status: int, method: str, path: str, body: bytes
) -> None:
    """Whatever is asked, the status is the one in the name and the body an empty object."""
    answer = ask(f"always-{status}", method, path, body)
    assert (answer.status_code, answer.json()) == (status, {})


def test_head_is_answered_without_a_body() -> None:
    """The constant answer to HEAD is framed as HTTP wants it."""
    assert ask("always-200", "HEAD", "/").content == b""


@pytest.mark.parametrize(("method", "path", "body"), REQUESTS)
def test_echo_gives_headers_and_body_back(method: str, path: str, body: bytes) -> None:
    """The answer carries the request's own headers and its body."""
    answer = ask("echo", method, path, body)
    assert answer.content == body
    assert answer.headers["x-bt-enable-audit"] == "true"


def test_reset_ends_the_connection_without_an_answer() -> None:
    """The connection of a request is reset once the request was read."""
    with pytest.raises(httpx.ReadError):
        ask("reset", "GET", "/")


def test_never_answers_says_nothing() -> None:
    """A request is read and nothing is ever said."""
    with pytest.raises(httpx.ReadTimeout):
        ask("never-answers", "GET", "/")


def test_what_is_no_request_ends_the_connection() -> None:
    """A peer that does not speak HTTP is hung up on."""

    async def conversation() -> bytes:
        server = await NULLS["always-200"].start(socket.create_server(("127.0.0.1", 0)))
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"\x16\x03\x01 not HTTP\r\n\r\n")
            said = await reader.read()
            writer.close()
            return said

    assert asyncio.run(conversation()) == b""
