"""Heads come as they were sent, and a volley is sent before any of it is answered."""

from __future__ import annotations

import pytest

from conformance import sockets
from conformance.expect import NoAnswer
from tests.conformance.scripted import answer, serving


def test_a_head_comes_as_it_was_sent() -> None:
    """Control characters, stray lines and repetitions are seen, not repaired."""
    raw = answer(headers=["x-one: a\x01b", "x-one: c", "stray"])
    with serving(raw) as served:
        caller = served.caller()
        block = sockets.head_of(caller.transport.reach, caller.compose("GET", "/v1/project"))
    assert block.status == 200
    assert block.values("x-one") == [b"a\x01b", b"c"]
    assert block.strays == (b"stray",)
    assert block.size == len(raw) - len(b"{}")


def test_interim_answers_are_passed_over() -> None:
    """The head is the final answer's, not that of a 100 or 103 before it."""
    with serving(b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + answer()) as served:
        caller = served.caller()
        block = sockets.head_of(caller.transport.reach, caller.compose("GET", "/v1"))
    assert block.status == 200
    assert block.values("link") == []


def test_a_request_is_complete() -> None:
    """Target, host, own headers and body go out as the library would send them."""
    with serving(answer()) as served:
        caller = served.caller()
        request = caller.compose("POST", "/v1/project", query={"a": "b"}, json={"name": "x"})
        sockets.head_of(caller.transport.reach, request)
    head, _, body = served.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /v1/project?a=b HTTP/1.1\r\nhost: 127.0.0.1:")
    assert b"authorization: Bearer sk-secret" in head
    assert b"content-length: 13" in head
    assert body == b'{"name": "x"}'


def test_a_body_is_sent_in_pieces() -> None:
    """No length is told, and every piece tells its own."""
    with serving(answer()) as served:
        caller = served.caller()
        request = caller.compose("POST", "/v1/project", content=b"abcdefg")
        came = sockets.in_pieces(caller.transport.reach, request, 3)
    head, _, body = served.requests[0].partition(b"\r\n\r\n")
    assert (came.status, came.body) == (200, b"{}")
    assert b"transfer-encoding: chunked" in head
    assert b"content-length" not in head
    assert body == b"3\r\nabc\r\n3\r\ndef\r\n1\r\ng\r\n0\r\n\r\n"


def test_a_body_that_nobody_takes_is_no_answer() -> None:
    """Whoever does not listen is told as that."""
    with serving(answer()) as served:
        caller = served.caller()
        request = caller.compose("POST", "/v1/project", content=b"abc")
    with pytest.raises(NoAnswer, match="an HTTP answer to POST /v1/project"):
        sockets.in_pieces(caller.transport.reach, request, 3)


@pytest.mark.parametrize("raw", [b"", b"HTTP/1.1 200 OK\r\nx: ", b"SSH-2.0-x\r\n\r\n"])
def test_what_is_no_head_is_no_answer(raw: bytes) -> None:
    """A connection that ends early, or speaks something else, blames the data plane."""
    with serving(raw) as served:
        caller = served.caller()
        with pytest.raises(NoAnswer, match="an HTTP answer to GET /v1"):
            sockets.head_of(caller.transport.reach, caller.compose("GET", "/v1"))


def test_a_volley_brings_each_its_answer() -> None:
    """Every request gets the answer of its own connection, whole."""
    bodies = [b'{"id": "%d"}' % number for number in range(5)]
    with serving(*(answer(body) for body in bodies)) as served:
        caller = served.caller()
        requests = [caller.compose("GET", f"/v1/project/{number}") for number in range(5)]
        answers = sockets.volley(caller.transport.reach, requests)
    assert [each.url for each in answers] == [each.url for each in requests]
    assert sorted(each.body for each in answers) == bodies


def test_a_volley_that_is_not_answered_blames_the_data_plane() -> None:
    """One connection without an answer is a violation."""
    with serving(b"") as served:
        caller = served.caller()
        with pytest.raises(NoAnswer):
            sockets.volley(caller.transport.reach, [caller.compose("GET", "/v1")])


def test_nobody_listening_is_no_answer() -> None:
    """A data plane that is gone did not answer."""
    with serving(answer()) as served:
        caller = served.caller()
    request = caller.compose("GET", "/v1")
    with pytest.raises(NoAnswer):
        sockets.volley(caller.transport.reach, [request])
    with pytest.raises(NoAnswer):
        sockets.head_of(caller.transport.reach, request)
