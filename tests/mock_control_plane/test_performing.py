"""What a script does to an answer, what left of it, and what was entered before its last byte."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from mock_control_plane import performing
from mock_control_plane.answers import Answer
from mock_control_plane.faults import Faults
from mock_control_plane.performing import cut_up
from tests.mock_control_plane.exchanges import KEY, USAGE, Exchange, exchange

if TYPE_CHECKING:
    from starlette.requests import Request

    from mock_control_plane.client import ControlPlane, Key, Realm


async def own(request: Request) -> Response:
    """The answer that there would be without a script."""
    return PlainTextResponse(b"own " + await request.body(), headers={"x-own": "1", "x-both": "1"})


async def broken(_: Request) -> Response:
    """A bug."""
    raise RuntimeError("a bug in the mock")


APP = Starlette(routes=[Route("/x", own, methods=["POST"]), Route("/broken", broken)])


def scripted(answer: Answer, path: str = "/x", **request: object) -> Exchange:
    """A request that a script answers."""
    faults = Faults()
    faults.add(path, answer)
    heard = exchange(APP, faults, path=path, **request)
    assert heard.record.fault == "scripted"
    assert faults.lines == set()
    return heard


@pytest.fixture(name="realm")
def _realm(running_control_plane: ControlPlane) -> Realm:
    """A realm of its own for each test of what happens on the wire."""
    return running_control_plane.create_realm()


@pytest.fixture(name="key")
def _key(realm: Realm) -> Key:
    """A key of a user of the realm."""
    return realm.create_key(realm.create_user().id)


def post(realm: Realm, path: str, key: Key) -> httpx.Response:
    """Send a request as a data plane would."""
    return httpx.post(f"{realm.url}{path}", headers={"authorization": f"Bearer {key.secret}"})


def head(heard: Exchange) -> list[tuple[bytes, bytes]]:
    """The headers that were sent."""
    return list(heard.sent[0]["headers"])


def test_answer_is_given_instead() -> None:
    """Status, headers and body are the script's, with their length, after the entry."""
    answer = Answer(status=429, headers=(("Retry-After", "7"), ("X-A", "\xe9")), body=b"slow")
    heard = scripted(answer)
    assert (heard.record.status, heard.status, heard.body) == (429, 429, b"slow")
    assert head(heard) == [
        (b"retry-after", b"7"),
        (b"x-a", b"\xe9"),
        (b"content-length", b"4"),
    ]
    assert heard.events == ["entered", "head", "body 4"]


@pytest.mark.parametrize(
    ("answer", "method"), [(Answer(status=204, body=b"x"), "POST"), (Answer(body=b"x"), "HEAD")]
)
def test_bodiless_answer_has_no_body(answer: Answer, method: str) -> None:
    """Where HTTP has no body, none is sent."""
    heard = scripted(answer, method=method)
    assert heard.events == ["entered", "head", "body 0"]


def test_chunked_answer_declares_no_length() -> None:
    """An answer whose headers say that it is chunked has no length."""
    heard = scripted(Answer(headers=(("Transfer-Encoding", "chunked"),), body=b"x"))
    assert head(heard) == [(b"transfer-encoding", b"chunked")]


def test_own_answer_goes_through() -> None:
    """The control plane's own answer is sent, with more headers, which win over its own."""
    answer = Answer(through=True, headers=(("X-Both", "2"),), delay=0.001)
    heard = scripted(answer, chunks=[b"body"])
    assert (heard.status, heard.body, heard.record.status) == (200, b"own body", 200)
    sent = dict(head(heard))
    assert (sent[b"x-own"], sent[b"x-both"], sent[b"content-length"]) == (b"1", b"2", b"8")
    assert heard.record.duration >= 0.001


def test_acknowledgement_goes_through() -> None:
    """What is acknowledged without being routed goes through in the same way."""
    heard = scripted(Answer(through=True, cut=1), USAGE, chunks=[b"{}"])
    assert (heard.body, heard.record.status) == (b"{", 200)
    refused = scripted(Answer(through=True), USAGE, chunks=[b"{"])
    assert (refused.status, refused.record.status) == (400, 400)


def test_bug_goes_through_as_what_was_sent() -> None:
    """A bug behind a script is entered once, without a status: nothing was sent."""
    faults = Faults()
    faults.add("/broken", Answer(through=True))
    with pytest.raises(RuntimeError, match="a bug in the mock"):
        exchange(APP, faults, method="GET", path="/broken")
    assert faults.lines == set()


@pytest.mark.parametrize(("size", "pieces"), [(0, 1), (1, 1), (8, 8), (9, 5), (16, 8), (1000, 8)])
def test_body_is_cut_up_whole(size: int, pieces: int) -> None:
    """The pieces are the body, and at most eight."""
    body = bytes(number % 256 for number in range(size))
    assert b"".join(cut_up(body)) == body
    assert len(cut_up(body)) == pieces


def test_dripping_answer_is_entered_before_its_end() -> None:
    """The entry comes before the last of the pieces, and not before the others."""
    heard = scripted(Answer(body=b"abc", drip=0.001))
    assert heard.events == ["head", "body 1", "body 1", "entered", "body 1"]
    assert heard.body == b"abc"
    assert heard.record.status == 200


def test_client_that_leaves_a_dripping_answer_has_seen_its_head() -> None:
    """What is entered for an answer that was left in the middle is the status that was sent."""
    heard = scripted(Answer(status=500, body=b"abc", drip=60), leaves_after=2)
    assert heard.events == ["head", "body 1", "entered"]
    assert heard.record.status == 500


@pytest.mark.parametrize("answer", [Answer(delay=60), Answer(reset=True, delay=60)])
def test_client_that_leaves_before_the_head_has_seen_nothing(answer: Answer) -> None:
    """Nothing was sent to a client that did not wait, and nothing is entered as sent."""
    heard = scripted(answer, leaves=True)
    assert (heard.events, heard.record.status) == (["entered"], None)


def test_cut_answer_promises_all_of_its_body() -> None:
    """So many bytes are sent, of a length that promises more; then the connection is closed."""
    heard = scripted(Answer(body=b"abcdef", cut=2, drip=0.001))
    assert heard.events == ["head", "body 1", "entered", "body 1", "closed"]
    assert dict(head(heard))[b"content-length"] == b"6"
    assert all(message.get("more_body", True) for message in heard.sent)
    assert heard.record.status == 200


def test_cut_behind_the_end_is_none() -> None:
    """A body that ends before it would be cut is sent whole, and the connection stays."""
    heard = scripted(Answer(body=b"ab", cut=2))
    assert heard.events == ["entered", "head", "body 2"]
    assert heard.sent[-1]["more_body"] is False


def test_never_is_entered_at_once() -> None:
    """A request that is never answered is entered while it waits, without a status."""
    heard = scripted(Answer(never=True), leaves=True)
    assert (heard.events, heard.record.status, heard.sent) == (["entered"], None, [])


def test_reset_is_entered_without_status() -> None:
    """A connection is reset behind the entry, and nothing is sent."""
    heard = scripted(Answer(reset=True))
    assert heard.events == ["entered", "will reset", "aborted"]
    assert heard.record.status is None


def test_script_for_a_principal_knows_the_credential() -> None:
    """A script for one principal leaves requests of others alone."""
    faults = Faults()
    faults.add("/x", Answer(status=503), principal="ann")
    header = (b"authorization", f"Bearer {KEY}".encode())
    assert exchange(APP, faults, headers=[header]).status == 503
    heard = exchange(APP, faults)
    assert (heard.status, heard.record.fault) == (200, None)


def test_lines_that_wait_are_dropped_at_the_end() -> None:
    """Who waits for a script when all of them end is let go."""
    faults = Faults()
    faults.add("/x", Answer(never=True))
    original = performing.Line.pause

    async def pause(line: performing.Line, seconds: float | None) -> bool:
        faults.end()
        return await original(line, seconds)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(performing.Line, "pause", pause)
        heard = exchange(APP, faults)
    assert heard.events == ["entered", "aborted"]
    assert faults.scripts == []


@pytest.mark.parametrize(
    ("answer", "problem", "status"),
    [
        (Answer(reset=True), httpx.ReadError, None),
        (Answer(body=b"abcdef", cut=3), httpx.RemoteProtocolError, 200),
        (Answer(through=True, cut=3), httpx.RemoteProtocolError, 200),
        (
            Answer(headers=(("transfer-encoding", "chunked"),), body=b"abc", cut=1),
            httpx.RemoteProtocolError,
            200,
        ),
    ],
)
def test_broken_answer_breaks_on_the_wire(
    realm: Realm, key: Key, answer: Answer, problem: type[Exception], status: int | None
) -> None:
    """A connection is really reset or closed early, and the next one is answered."""
    realm.script("/api/self/me", answer, times=1)
    with pytest.raises(problem):
        post(realm, "/api/self/me", key)
    assert post(realm, "/api/self/me", key).status_code == 200
    assert [entry.status for entry in realm.entries()] == [status, 200]


def test_never_is_seen_while_it_waits(realm: Realm) -> None:
    """A request that is kept waiting has its entry at once, and ends with the realm."""
    realm.script("/api/self/me", Answer(never=True))
    ended: list[type[Exception]] = []

    def ask() -> None:
        try:
            httpx.post(f"{realm.url}/api/self/me", timeout=60)
        except httpx.HTTPError as problem:
            ended.append(type(problem))

    waiting = Thread(target=ask)
    waiting.start()
    (entry,) = realm.wait_for(deadline=30, path="/api/self/me")
    assert (entry.status, entry.fault) == (None, "scripted")
    assert waiting.is_alive()
    realm.delete()
    waiting.join(30)
    assert ended == [httpx.RemoteProtocolError]
    assert realm.count() == 1


def test_slow_answer_is_whole(realm: Realm, key: Key) -> None:
    """An answer that is late and drips is the same in the end."""
    expected = post(realm, "/api/self/me", key)
    realm.script("/api/self/me", Answer(through=True, delay=0.01, drip=0.001))
    slow = post(realm, "/api/self/me", key)
    assert (slow.content, slow.headers["content-length"]) == (
        expected.content,
        expected.headers["content-length"],
    )
    assert realm.entries()[-1].duration >= 0.01
