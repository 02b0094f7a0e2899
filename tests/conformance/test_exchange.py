"""An exchange is evidence: complete, repeatable, and without a credential."""

from __future__ import annotations

import base64
import json
import shlex
from dataclasses import replace

import pytest

from conformance.exchange import MASK, Exchange, NotJSON


def exchange(
    *, body: bytes = b'{"id": "x"}', request_body: bytes = b"", status: int = 200
) -> Exchange:
    """Return an exchange whose answer repeats a header in other letters."""
    return Exchange(
        "POST",
        "http://127.0.0.1/v1/project?a=b c",
        (("Authorization", "Bearer $BRAINTRUST_API_KEY"), ("x-note", "it's")),
        request_body,
        status,
        (("X-One", "1"), ("x-two", "2"), ("x-one", "3")),
        body,
        0.25,
        ("sk-secret",),
    )


def test_headers_are_found_in_any_letters() -> None:
    """A header is found without regard to case, and all its values in order."""
    assert exchange().header("x-ONE") == "1"
    assert exchange().header_all("x-one") == ["1", "3"]
    assert exchange().header("x-three") is None


def test_success_is_2xx() -> None:
    """Only the statuses from 200 to 299 are successes."""
    assert [exchange(status=each).ok for each in (199, 200, 299, 300, 0)] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_what_is_not_json_says_how_it_begins() -> None:
    """A body that is not JSON is told from one that is by an error that shows it."""
    assert exchange().json() == {"id": "x"}
    with pytest.raises(NotJSON, match=r"the body is not JSON: '<html>"):
        exchange(body=b"<html>").json()
    with pytest.raises(NotJSON):
        exchange(body=b"\xff").json()


def test_curl_is_a_command_that_a_shell_takes_apart() -> None:
    """The command has the request's method, URL, headers and body, each one word."""
    words = shlex.split(exchange(request_body='{"name": "it\'s é"}'.encode()).curl())
    assert words[:6] == ["curl", "-sS", "-i", "-X", "POST", "http://127.0.0.1/v1/project?a=b c"]
    assert words[6:10] == ["-H", "Authorization: Bearer $BRAINTRUST_API_KEY", "-H", "x-note: it's"]
    assert words[10:] == ["--data-binary", '{"name": "it\'s é"}']


def test_curl_leaves_the_variable_to_the_shell() -> None:
    """The key is a variable that the shell fills in: it stands outside single quotes."""
    assert """'Authorization: Bearer '"$BRAINTRUST_API_KEY\"""" in exchange().curl()


def test_curl_carries_bytes_that_are_no_text() -> None:
    """A body that is not UTF-8 is given as base64."""
    assert exchange(request_body=b"\xff\x00").curl().startswith("printf %s /wA= | base64 -d | curl")


def test_nothing_shown_holds_a_credential() -> None:
    """A data plane that repeats the key does not get it into a report."""
    leaky = exchange(body=b"your key is sk-secret", request_body=b"sk-secret")
    shown = leaky.render() + leaky.curl() + repr(leaky)
    assert "sk-secret" not in shown
    assert MASK in leaky.render()


def test_long_bodies_are_cut() -> None:
    """A rendering says how much of a body it leaves out."""
    assert exchange(body=b"x" * 50).render(20).endswith("x" * 20 + "… (30 characters more)")


def test_no_answer_says_so() -> None:
    """An exchange without an answer shows the request and that nothing came."""
    assert exchange(status=0).render().endswith("(no answer)")


def test_exchange_survives_as_json_without_its_secrets() -> None:
    """What is written to a file is read again as it was, bytes too, but for what is secret."""
    told = replace(exchange(), headers=(("x-echo", "sk-secret"), ("X-Echo", "again")))
    told = replace(told, request_body=b"\xff\x00sk-secret", body=b"\x80sk-secret")
    text = json.dumps(told.to_json())
    assert "sk-secret" not in text
    assert b"sk-secret" not in base64.b64decode(json.loads(text)["body"])
    assert Exchange.from_json(json.loads(text)) == replace(
        told,
        headers=(("x-echo", MASK), ("X-Echo", "again")),
        request_body=b"\xff\x00" + MASK.encode(),
        body=b"\x80" + MASK.encode(),
    )
