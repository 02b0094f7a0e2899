"""What is passed on comes through as it is, in both directions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
from hypothesis import example, given
from hypothesis import strategies as st

from conformance import expect, sockets
from conformance.marks import requirement
from mock_control_plane.client import Answer, digest_of

if TYPE_CHECKING:
    from conformance.callers import Callers
    from conformance.client import Caller
    from conformance.exchange import Exchange
    from mock_control_plane.client import Entry, Realm

PATHS = (
    "/api/project/get",
    "/api/experiment/get",
    "/api/experiment/register",
    "/api/dataset/register",
    "/api/base_experiment/get_id",
    "/api/self/get_object_info",
)
"""Calls of SDKs, none of which a data plane makes for itself to find out who is calling."""

BY_ITSELF = ("/api/self/me", "/api/apikey/login")
"""What a data plane asks to find out who is calling."""

CREDENTIALS = ("x-api-key", "x-bt-auth-token", "proxy-authorization")
GATEWAY = frozenset({502, 503, 504})
JSON = "application/json"
LARGE = 1 << 20
ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")

words = st.text("abcXYZ019-._~!$()*+,;:@/?", min_size=0, max_size=6)
encoded = st.sampled_from(["%20", "%2F", "%C3%A9", "%26", "%3d", "%00", "+", "%25", "%E2%9C%93"])
values = st.lists(st.one_of(words, encoded), max_size=3).map("".join)
names = st.sampled_from(["id", "limit", "name", "a%5B%5D", "x", "X"])
queries = st.lists(st.tuples(names, values), max_size=5).map(
    lambda pairs: "&".join(f"{name}={value}" for name, value in pairs)
)
bodies = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [b"", b"{}", b'{"a":1,"a":2}', b'{ "z" : 1.0 ,\n"a":"\\u00e9\xc3\xa9" }', b"[1e400]", b"{"]
    ),
)
answers = st.builds(
    Answer,
    status=st.sampled_from([200, 200, 201, 400, 401, 403, 404, 409, 422, 429]),
    headers=st.sampled_from(
        [
            (("content-type", JSON),),
            (("content-type", "text/plain; charset=utf-8"),),
            (("content-type", "application/json; charset=utf-8"),),
        ]
    ),
    body=bodies,
)
REFUSAL = Answer(
    400, (("content-type", "text/plain"),), b"Missing read access [request_id=iad1::x]"
)


@dataclass(frozen=True, slots=True)
class Call:
    """One request of an SDK, to the last byte."""

    path: str = PATHS[0]
    method: str = "POST"
    query: str = ""
    body: bytes = b"{}"

    def through(self, caller: Caller, headers: dict[str, str] | None = None) -> Exchange:
        """Send it once, whatever comes: a 429 is the control plane's own here."""
        sent = {"content-type": JSON} if self.method == "POST" else {}
        content = self.body if self.method == "POST" else b""
        request = caller.compose(
            self.method, self.path, content=content, headers=sent | (headers or {})
        )
        query = f"?{self.query}" if self.query else ""
        return caller.transport.send(replace(request, url=f"{request.url}{query}"))


calls = st.builds(
    Call, path=st.sampled_from(PATHS), method=st.just("POST"), query=queries, body=bodies
) | st.builds(Call, path=st.just("/api/project"), method=st.just("GET"), query=queries)


@requirement("URL-16")
@given(call=calls, answer=answers)
@example(call=Call(query="id=1&id=2&name=b&name=a"), answer=REFUSAL)
@example(call=Call(query="name=%C3%A9+%2F%2f&x=", body=b'{"b":1, "a":2}'), answer=Answer())
@example(call=Call("/api/project", "GET", "limit=2&id=%C3%A9&id="), answer=Answer(429))
def test_request_and_answer_come_through_unchanged(
    callers: Callers, realm: Realm, call: Call, answer: Answer
) -> None:
    """Method, path, query and body reach the control plane, and its answer the caller."""
    caller = _known(callers)
    came, heard = _passed(realm, caller, call, answer)
    _expect_heard(call, heard, came)
    _expect_answer(answer, came)


@requirement("URL-16")
def test_only_the_callers_credential_goes_out(callers: Callers, realm: Realm) -> None:
    """Whoever calls beside others, what reaches the control plane carries his own key alone."""
    crowd = [_known(callers) for _ in range(4)]
    for number, caller in enumerate(crowd * 2):
        marker = f"nobody-{number}-{caller.person.id}"
        with realm.watch() as watch:
            came = Call(body=json.dumps({"project_name": marker}).encode()).through(caller)
        heard = [one for one in watch.entries(path=PATHS[0]) if marker.encode() in one.body]
        if not heard:
            expect.inconclusive("the data plane does not pass POST /api/project/get on", came)
        secret = caller.credential.secret or ""
        for entry in heard:
            others = [name for name, _ in entry.headers if name.lower() in CREDENTIALS]
            expect.that(
                entry.credential == digest_of(secret) and not others,
                expected="the caller's own credential, and no other, reaches the control plane",
                came=f"the credential {entry.credential}, where the caller's is "
                f"{digest_of(secret)}, and beside it {', '.join(others) or 'none'}",
                exchanges=came,
                entries=[entry],
            )


@requirement("URL-16")
def test_what_is_for_one_hop_goes_no_further(callers: Callers, realm: Realm) -> None:
    """Connection headers, and what they name, end at the data plane; `Host` is the next one's."""
    caller = _known(callers)
    hop = {
        "connection": "x-for-this-hop, keep-alive",
        "x-for-this-hop": "1",
        "te": "trailers",
        "proxy-authorization": "Basic bm9ib2R5OmF0IGFsbA==",
    }
    came, heard = _passed(realm, caller, Call(), Answer(body=b"[]"), hop)
    for entry in heard:
        names = {name.lower() for name, _ in entry.headers}
        for name in ("x-for-this-hop", "proxy-authorization"):
            expect.that(
                name not in names,
                expected=f"{name} is for this connection only (RFC 9110, 7.6.1), and not passed on",
                came=f"the control plane heard it: {', '.join(sorted(names))}",
                exchanges=came,
                entries=[entry],
            )
        host = next((value for name, value in entry.headers if name.lower() == "host"), "")
        expect.equal(
            host.lower(),
            urlsplit(realm.url).netloc.lower(),
            what="the Host that the control plane is asked for",
            exchanges=came,
        )


@requirement("URL-16")
def test_large_and_slow_bodies_come_through(callers: Callers, realm: Realm) -> None:
    """A megabyte in either direction, and an answer that comes in pieces, lose nothing."""
    caller = _known(callers)
    large = json.dumps({"text": "ä" * (LARGE // 6)}).encode()
    typed = (("content-type", JSON),)
    chunked = (*typed, ("transfer-encoding", "chunked"))
    for call, answer in (
        (Call(body=large), Answer(headers=typed, body=b"[]")),
        (Call(), Answer(headers=typed, body=large)),
        (Call(), Answer(headers=chunked, body=large, drip=0.02)),
        (Call(), Answer(headers=typed, body=b'[{"slow": true}]', delay=0.3, drip=0.02)),
    ):
        came, heard = _passed(realm, caller, call, answer)
        _expect_heard(call, heard, came)
        _expect_answer(answer, came)


@requirement("URL-16")
def test_chunked_body_comes_through(callers: Callers, realm: Realm) -> None:
    """A body whose length nobody told beforehand reaches the control plane whole, as one."""
    caller, call = _known(callers), Call(body=json.dumps({"text": "ä" * 3_000}).encode())
    answer = Answer(headers=(("content-type", JSON),), body=b"[]")
    script = realm.script(call.path, answer, principal=caller.person.id)
    try:
        with realm.watch() as watch:
            request = caller.compose(
                call.method, call.path, content=call.body, headers={"content-type": JSON}
            )
            came = sockets.in_pieces(caller.transport.reach, request, 1_000)
        heard = watch.entries(principal=caller.person.id or "", path=call.path)
    finally:
        realm.unscript(script)
    if came.status == httpx.codes.LENGTH_REQUIRED:
        expect.inconclusive("the data plane takes no body without a length (411)", came)
    expect.that(
        bool(heard),
        expected=f"{call.method} {call.path} with a chunked body is passed on",
        came=expect.outcome(came),
        exchanges=came,
    )
    _expect_heard(call, heard, came)
    _expect_answer(answer, came)


@requirement("URL-16")
def test_failure_of_the_control_plane_is_no_success(callers: Callers, realm: Realm) -> None:
    """An error stays one, and an answer that was cut short is not given out as a whole one."""
    caller = _known(callers)
    text = (("content-type", "text/plain"),)
    for status in (500, 503):
        came, _ = _passed(realm, caller, Call(), Answer(status, text, b"Internal Server Error"))
        expect.that(
            came.status == status or came.status in GATEWAY,
            expected=f"a {status} of the control plane is passed on, or told as a gateway's error",
            came=expect.outcome(came),
            exchanges=came,
        )
    cut = Answer(headers=(("content-type", JSON),), body=b'[{"id": 1}, {"id": 2}]', cut=11)
    # For as long as it takes: a data plane may well try again.
    script = realm.script(PATHS[0], cut, principal=caller.person.id)
    try:
        came = Call().through(caller)
    except expect.NoAnswer:
        return  # the caller's own connection was cut too: nobody takes that for an answer
    finally:
        realm.unscript(script)
    expect.that(
        not came.ok,
        expected="an answer of the control plane that was cut short is no success",
        came=expect.outcome(came),
        exchanges=came,
    )


def _known(callers: Callers) -> Caller:
    """A user whom the data plane has met, so that what follows is the call itself."""
    caller = callers.new()
    expect.done(caller.get("/v1/project", query={"limit": 1}), to="meet a user")
    return caller


def _passed(
    realm: Realm,
    caller: Caller,
    call: Call,
    answer: Answer,
    headers: dict[str, str] | None = None,
) -> tuple[Exchange, list[Entry]]:
    """Send a call that the control plane answers in a certain way; return what it heard too."""
    script = realm.script(call.path, answer, principal=caller.person.id)
    try:
        with realm.watch() as heard:
            came = call.through(caller, headers)
        entries = heard.entries(principal=caller.person.id or "")
    finally:
        realm.unscript(script)
    entries = [one for one in entries if one.path not in BY_ITSELF]
    entries = [one for one in entries if one.path == call.path] or entries
    if not entries:
        expect.inconclusive(
            f"the data plane does not pass {call.method} {call.path} on to the control plane", came
        )
    return came, entries


def _expect_heard(call: Call, heard: list[Entry], came: Exchange) -> None:
    for entry in heard:
        sent = (call.method, call.path, call.query)
        got = (entry.method, entry.path, entry.query)
        expect.that(
            (*got[:2], _spelled(got[2])) == (*sent[:2], _spelled(sent[2])),
            expected=f"the control plane hears {sent[0]} {sent[1]} with the query {sent[2]!r}",
            came=f"{got[0]} {got[1]} with the query {got[2]!r}",
            exchanges=came,
            entries=[entry],
        )
        body = call.body if call.method == "POST" else b""
        expect.that(
            entry.body == body,
            expected=f"the control plane hears the body as it was sent: {_shown(body)}",
            came=_shown(entry.body),
            exchanges=came,
            entries=[entry],
        )


def _expect_answer(answer: Answer, came: Exchange) -> None:
    expect.equal(came.status, answer.status, what="the status of the answer", exchanges=came)
    expect.that(
        came.body == answer.body,
        expected=f"the body is the control plane's: {_shown(answer.body)}",
        came=_shown(came.body),
        exchanges=came,
    )
    wanted = dict(answer.headers).get("content-type")
    if wanted is not None and answer.body:
        expect.equal(
            _type(came.header("content-type")),
            _type(wanted),
            what="the content type of the answer",
            exchanges=came,
        )


def _spelled(query: str) -> str:
    """Write escapes in one way: which letters their digits have makes no difference."""
    return ESCAPE.sub(lambda found: found[0].upper(), query)


def _type(value: str | None) -> str:
    return (value or "").replace(" ", "").lower()


def _shown(body: bytes) -> str:
    return f"{len(body)} bytes, {expect.shown(body[:80])}"
