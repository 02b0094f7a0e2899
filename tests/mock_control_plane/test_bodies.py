"""Bodies are kept up to a limit of their own and one that all share, and counted beyond."""

from __future__ import annotations

import asyncio

import pytest

from mock_control_plane import bodies
from mock_control_plane.bodies import Allowance, Body


@pytest.fixture(name="_small", autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prevents tests of the limits from having to fill them; function scope, as its patch."""
    monkeypatch.setattr(bodies, "MAX_BODY", 10)
    monkeypatch.setattr(bodies, "UNSHARED", 4)


def read(chunks: list[bytes | None], allowance: Allowance) -> Body:
    """Read a body that comes in these pieces; None is a client that goes away."""
    messages: list[dict[str, object]] = [
        {"type": "http.disconnect"}
        if chunk is None
        else {"type": "http.request", "body": chunk, "more_body": number < len(chunks)}
        for number, chunk in enumerate(chunks, 1)
    ]

    async def receive() -> dict[str, object]:
        return messages.pop(0)

    body = Body(allowance)
    asyncio.run(body.read(receive))
    return body


@pytest.mark.parametrize(
    ("chunks", "kept", "size"),
    [
        ([b""], b"", 0),
        ([b"abc"], b"abc", 3),
        ([b"0123456789"], b"0123456789", 10),
        ([b"0123456789ab"], b"0123456789", 12),
        ([b"01234567", b"89ab"], b"0123456789", 12),
        ([b"0123456789", b"ab"], b"0123456789", 12),
        ([b"012", b"", b"3"], b"0123", 4),
    ],
)
def test_body_is_kept_up_to_its_limit(chunks: list[bytes | None], kept: bytes, size: int) -> None:
    """However it comes, what is within the limit is kept, and all of it is counted."""
    body = read(chunks, Allowance())
    assert (body.content, body.size, body.whole) == (kept, size, True)
    assert body.is_cut == (len(kept) < size)


@pytest.mark.parametrize(("chunks", "kept"), [([None], b""), ([b"ab", None], b"ab")])
def test_body_of_a_client_that_goes_away_is_not_whole(
    chunks: list[bytes | None], kept: bytes
) -> None:
    """What came before the client went is kept, and known not to be all."""
    body = read(chunks, Allowance())
    assert (body.content, body.whole) == (kept, False)


def test_bodies_share_what_may_be_held() -> None:
    """A body keeps its first bytes whatever others hold, and more only while they let it."""
    allowance = Allowance(5)
    first = read([b"0123456789"[:8]], allowance)
    second = read([b"0123456789"[:8]], allowance)
    assert (first.content, second.content) == (b"01234567", b"01234")
    assert second.is_cut
    first.release()
    second.release()
    first.release()
    assert allowance.left == 5


def test_body_has_no_gap() -> None:
    """What comes after something that could not be kept is not kept either."""
    allowance = Allowance(1)
    messages = [b"0123", b"4567", b"89"]

    async def receive() -> dict[str, object]:
        chunk = messages.pop(0)
        allowance.left += 3 * (chunk == b"89")
        return {"type": "http.request", "body": chunk, "more_body": bool(messages)}

    body = Body(allowance)
    asyncio.run(body.read(receive))
    assert (body.content, body.size) == (b"01234", 10)
