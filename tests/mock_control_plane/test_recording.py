"""Exactly one entry for every request, before the last byte of its answer, and no secret in it."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from mock_control_plane import bodies
from mock_control_plane.acknowledging import Acknowledgements
from mock_control_plane.bodies import Allowance
from mock_control_plane.entry import digest_of
from mock_control_plane.faults import Faults
from mock_control_plane.recording import Recorder
from tests.mock_control_plane.exchanges import KEY, METRICS, PROFILE, USAGE, Exchange, exchange

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import Message


async def echo(request: Request) -> Response:
    """Answer with what was said."""
    return Response(await request.body(), media_type="application/octet-stream")


async def broken(_: Request) -> Response:
    """Fail."""
    raise RuntimeError("a bug in the mock")


async def streamed(_: Request) -> Response:
    """Answer in pieces, without saying how long it will be."""
    return StreamingResponse(iter([b"one", b"two"]))


async def declared(_: Request) -> Response:
    """Answer in pieces, having said how long it will be."""
    return StreamingResponse(iter([b"one", b"two"]), headers={"content-length": "6"})


async def empty(_: Request) -> Response:
    """Answer without a body."""
    return Response(status_code=204)


APP = Starlette(
    routes=[
        Route("/x", echo, methods=["POST"]),
        Route("/broken", broken),
        Route("/streamed", streamed),
        Route("/declared", declared),
        Route("/empty", empty),
        Route("/text", lambda _: PlainTextResponse("text")),
        Route("/api/apikey/login", echo, methods=["POST"]),
    ]
)


def test_request_is_kept_as_it_was_sent() -> None:
    """An entry has method, path, query, headers and body as received, and the answer's status."""
    heard = exchange(APP, headers=[(b"x-a", b"\xe9"), (b"x-a", b"")], chunks=[b"ab", b"\x00c"])
    record = heard.record
    assert (record.realm, record.method, record.path, record.query) == (
        "here",
        "POST",
        "/x",
        "a=1&a=%20",
    )
    assert record.headers == b"x-a: \xe9\nx-a: "
    assert (record.body, record.body_size, record.status) == (b"ab\x00c", 4, 200)
    assert heard.body == b"ab\x00c"
    assert record.fault is None
    assert record.duration >= 0


@pytest.mark.parametrize(
    ("path", "method", "events"),
    [
        ("/text", "GET", ["entered", "head", "body 4"]),
        ("/text", "HEAD", ["entered", "head", "body 4"]),
        ("/empty", "GET", ["entered", "head", "body 0"]),
        ("/streamed", "GET", ["head", "body 3", "body 3", "entered", "body 0"]),
        ("/declared", "GET", ["head", "body 3", "entered", "body 3", "body 0"]),
        (USAGE, "POST", ["entered", "head", "body 2"]),
    ],
)
def test_entry_comes_before_the_last_byte(path: str, method: str, events: list[str]) -> None:
    """Nothing that completes an answer leaves before the entry is durable."""
    assert exchange(APP, path=path, method=method, chunks=[b"{}"]).events == events


def test_bug_of_the_application_is_entered() -> None:
    """A request that the application fails on has an entry with the 500 that was answered."""
    heard: list[Exchange] = []

    def recorder_of(each: Exchange) -> Recorder:
        heard.append(each)
        return Recorder(
            APP,
            each,  # type: ignore[arg-type]
            realm="here",
            principal_of=each.principal_of,
            acknowledgements=Acknowledgements(PROFILE),
            allowance=each.allowance,
            faults=Faults(),
        )

    with pytest.raises(RuntimeError, match="a bug in the mock"):
        asyncio.run(Exchange(recorder_of, method="GET", path="/broken").run())
    assert (heard[0].record.status, heard[0].status) == (500, 500)


def test_answer_that_never_ends_is_entered_without_status() -> None:
    """An application that gives up before the last byte leaves an entry without a status."""

    async def gives_up(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})

    heard = exchange(gives_up)
    assert heard.record.status is None
    assert heard.events == ["head", "body 4", "entered"]


def test_client_that_goes_away_is_entered_without_status() -> None:
    """A body that breaks off is kept as far as it came, and the application is not asked."""
    heard = exchange(APP, chunks=[b"half", None])
    assert (heard.record.body, heard.record.body_size, heard.record.status) == (b"half", 4, None)
    assert heard.sent == []


def test_application_hears_the_body_once_and_then_the_client() -> None:
    """Behind the body the application hears what the client does next."""
    messages: list[Message] = []

    async def listens(_scope: Any, receive: Any, _send: Any) -> None:
        messages.extend([await receive(), await receive()])

    exchange(listens, chunks=[b"a", b"b"], leaves=True)
    assert [message["type"] for message in messages] == ["http.request", "http.disconnect"]
    assert messages[0]["body"] == b"ab"


def test_telemetry_is_acknowledged_by_no_route() -> None:
    """Telemetry is answered in front of the application, and entered with what was answered."""

    async def unasked(*_: object) -> None:
        raise AssertionError("the application was asked")

    for path, content, status in ((USAGE, b"{}", 200), (USAGE, b"{", 400), (METRICS, b"", 415)):
        heard = exchange(unasked, path=path, chunks=[content])
        assert (heard.status, heard.record.status, heard.record.body) == (status, status, content)


def test_telemetry_in_another_method_is_routed() -> None:
    """What is no telemetry by method and path is answered by the application."""
    heard = exchange(APP, path=USAGE, method="GET")
    assert (heard.status, heard.record.status) == (404, 404)


@pytest.mark.parametrize(("path", "status"), [(USAGE, 200), ("/x", 413)])
def test_large_body_is_cut_and_marked(
    monkeypatch: pytest.MonkeyPatch, path: str, status: int
) -> None:
    """Beyond its limit a body is counted and not kept; only what must be read is refused."""
    monkeypatch.setattr(bodies, "MAX_BODY", 10)
    heard = exchange(APP, path=path, chunks=[b"0123456789", b"ab"])
    assert (heard.record.body, heard.record.body_size) == (b"0123456789", 12)
    assert (heard.status, heard.record.status) == (status, status)


@pytest.mark.parametrize("chunks", [[b"a" * 100_000, b"b"], [b"a" * 100_000, None]])
def test_what_a_body_held_is_given_back(chunks: list[bytes | None]) -> None:
    """Once a request has ended, in whatever way, its body weighs on no other."""
    heard = exchange(APP, chunks=chunks)
    assert heard.allowance == Allowance()


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        (b"authorization", f"Bearer {KEY}", f"Bearer digest:{digest_of(KEY)}"),
        (b"authorization", f"bearer  {KEY} ", f"bearer digest:{digest_of(KEY)}"),
        (b"authorization", KEY, f"digest:{digest_of(KEY)}"),
        (b"authorization", f"{KEY} more", f"digest:{digest_of(KEY + ' more')}"),
        (b"authorization", "", f"digest:{digest_of('')}"),
        (b"x-bt-auth-token", KEY, f"digest:{digest_of(KEY)}"),
        (b"x-api-key", KEY, f"digest:{digest_of(KEY)}"),
        (b"proxy-authorization", f"Basic {KEY}", f"Basic digest:{digest_of(KEY)}"),
        (b"cookie", f"a={KEY}; b=c", f"digest:{digest_of(f'a={KEY}; b=c')}"),
    ],
)
def test_credential_is_kept_as_a_digest(name: bytes, value: str, kept: str) -> None:
    """No header that carries a credential is kept, only its scheme and a digest."""
    record = exchange(APP, headers=[(name, value.encode())]).record
    assert record.headers == name + b": " + kept.encode()
    assert KEY not in repr(record)


def test_principal_is_whose_credential_it_is() -> None:
    """The entry names who asked, and the digest by which his requests are found."""
    heard = exchange(APP, headers=[(b"authorization", f"Bearer {KEY}".encode())])
    assert (heard.record.principal_kind, heard.record.principal) == ("user", "ann")
    assert heard.record.credential == digest_of(KEY)


def test_request_without_credential_has_none() -> None:
    """Who shows nothing is nobody."""
    record = exchange(APP).record
    assert (record.principal_kind, record.principal, record.credential) == ("none", None, None)


def test_credential_in_another_header_is_found_by_its_digest() -> None:
    """A token outside the Authorization header identifies nobody, and is still found."""
    record = exchange(APP, headers=[(b"x-bt-auth-token", KEY.encode())]).record
    assert (record.principal_kind, record.credential) == ("none", digest_of(KEY))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"token": KEY}),
        json.dumps({"a": 1, "token": KEY}, indent=2),
        f'{{"token":"{KEY}"',
        "[" * 5000 + f'"token" : "{KEY}"',
    ],
)
def test_token_in_a_login_is_kept_as_a_digest(body: str) -> None:
    """A login that repeats the key in its body, JSON or not, leaves only its digest behind."""
    heard = exchange(APP, path="/api/apikey/login", chunks=[body.encode()])
    assert heard.body == body.encode()
    assert heard.record.body == body.replace(KEY, f"digest:{digest_of(KEY)}").encode()
    assert heard.record.body_size == len(body)
    assert heard.record.credential == digest_of(KEY)
    assert heard.record.principal == "ann"


def test_login_without_token_is_kept_whole() -> None:
    """A login whose body has no token is kept as it is."""
    heard = exchange(APP, path="/api/apikey/login", chunks=[b'{"tokens": 1}'])
    assert heard.record.body == b'{"tokens": 1}'


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=6))
def test_body_is_the_same_however_it_is_cut(chunks: list[bytes]) -> None:
    """The application and the journal get the same bytes, in however many pieces they came."""
    heard = exchange(APP, chunks=chunks)
    assert heard.body == heard.record.body == b"".join(chunks)
