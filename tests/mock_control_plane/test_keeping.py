"""A relay keeps bodies as it was told to, and no secret however it was told."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from typing import TYPE_CHECKING

import pytest

from mock_control_plane.bodies import MAX_BODY, Allowance
from mock_control_plane.credentials import LOGIN
from mock_control_plane.entry import digest_of
from mock_control_plane.keeping import DIGEST, NOTHING, WHOLE, Passing, scrubbed

if TYPE_CHECKING:
    from starlette.types import Message

KEY = "sk-" + "a1B2" * 12
TOKEN = "bt-st-" + "x9" * 20


def passed(mode: str, *pieces: bytes, ends: bool = True) -> Passing:
    """A body that came in these pieces and was handed on."""

    async def run() -> Passing:
        messages: list[Message] = [
            {"type": "http.request", "body": piece, "more_body": True} for piece in pieces
        ]
        end: Message = {"type": "http.request", "body": b"", "more_body": False}
        messages.append(end if ends else {"type": "http.disconnect"})

        async def receive() -> Message:
            return messages.pop(0)

        body = Passing(Allowance(), mode)
        assert b"".join([piece async for piece in body.pieces(receive)]) == b"".join(pieces)
        return body

    return asyncio.run(run())


def test_body_is_kept_as_told() -> None:
    """Whole, as the digest of all of it, or not at all; its size is known in any case."""
    digest = b"sha256:" + hashlib.sha256(b"abcd").hexdigest().encode()
    for mode, kept in ((WHOLE, b"abcd"), (DIGEST, digest), (NOTHING, b"")):
        body = passed(mode, b"ab", b"cd")
        assert (body.kept("/x", ""), body.size, body.whole) == (kept, 4, True)


def test_body_that_ends_early_is_not_whole() -> None:
    """A client that leaves in the middle is told from one that has finished."""
    assert not passed(WHOLE, b"ab", ends=False).whole


def test_what_is_beyond_the_limit_is_counted() -> None:
    """Of a body that is too large the beginning is kept; all of it is handed on."""
    body = passed(WHOLE, b"x" * MAX_BODY, b"yz")
    assert (body.size, len(body.kept("/x", ""))) == (MAX_BODY + 2, MAX_BODY)


@pytest.mark.parametrize("secret", [KEY, TOKEN])
def test_keys_are_replaced_at_their_length(secret: str) -> None:
    """Wherever a key stands, its digest stands there afterwards, and nothing moves."""
    text = f"a {secret}, \x00b".encode()
    kept = scrubbed(text)
    assert len(kept) == len(text)
    assert secret.encode() not in kept
    assert f"digest:{digest_of(secret)}".encode() in kept


@pytest.mark.parametrize(
    "name", ["token", "password", "apiKey", "api_key", "client_secret", "serviceToken"]
)
def test_members_that_hold_secrets_hold_digests(name: str) -> None:
    """What JSON itself calls a secret is none any more, whatever it looks like."""
    assert b"hush" not in scrubbed(f'{{"{name}": "hush \\" hush", "n": 1}}'.encode())


def test_ordinary_words_stay() -> None:
    """What only resembles a key is left alone."""
    text = b'{"name": "disk-usage-of-the-whole-machine", "tokens": "12", "key": "sk-short"}'
    assert scrubbed(text) == text


@pytest.mark.parametrize(
    "path", ["/api/secret", "/api/ai_secret/patch_id", "/api/env_var/register"]
)
def test_places_of_secrets_keep_digests(path: str) -> None:
    """Nothing that is sent where secrets are kept is kept here."""
    assert passed(WHOLE, b'{"value": "hush"}').kept(path, "").startswith(b"sha256:")


def test_login_is_kept_without_its_token() -> None:
    """What else a login says can be read."""
    kept = passed(WHOLE, b'{"token": "hush", "org_name": "acme"}').kept(LOGIN, "")
    assert b"acme" in kept
    assert b"hush" not in kept


def test_compressed_secrets_are_found() -> None:
    """A compressed body is kept as it is if no secret is inside, and else as its digest."""
    clean, secretive = gzip.compress(b"hello"), gzip.compress(KEY.encode())
    assert passed(WHOLE, clean).kept("/x", "gzip") == clean
    assert passed(WHOLE, secretive).kept("/x", "gzip").startswith(b"sha256:")
    assert passed(WHOLE, b"opaque").kept("/x", "br").startswith(b"sha256:")
