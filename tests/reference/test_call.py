"""Reading a request: its body in pieces, its limits, its path."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from conformance.reference import call as module
from conformance.reference.call import Call, ClientGone
from conformance.reference.composition import compose
from conformance.reference.problems import BadRequest
from conformance.reference.settings import Settings
from tests.reference.material import NOBODY

if TYPE_CHECKING:
    from starlette.types import Message

PARTS = compose(Settings())


def request(*messages: Message, id: str = NOBODY) -> Call:
    """A request that receives these messages."""
    pending = iter(messages)

    async def receive() -> Message:
        return next(pending)

    scope = {
        "type": "http",
        "method": "POST",
        "path": f"/v1/project/{id}",
        "query_string": b"a=1&a=2",
        "headers": [],
        "path_params": {"project_id": id},
    }
    return Call(PARTS, "/v1/project/{project_id}", scope, receive)


def piece(body: bytes, *, more: bool = False) -> Message:
    """A message of a request's body."""
    return {"type": "http.request", "body": body, "more_body": more}


def test_body_is_read_to_its_end() -> None:
    """Pieces are put together before they are parsed."""
    call = request(piece(b'{"a"', more=True), piece(b": 1}"))
    assert asyncio.run(call.json()) == {"a": 1}


def test_client_that_left_needs_no_answer() -> None:
    """A connection that ends within a request is not a failure."""
    with pytest.raises(ClientGone):
        asyncio.run(request(piece(b"{", more=True), {"type": "http.disconnect"}).body())


def test_body_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded; the sentence says the limit."""
    monkeypatch.setattr(module, "LARGEST_BODY", 3)
    with pytest.raises(BadRequest, match="larger than 3 bytes"):
        asyncio.run(request(piece(b"12", more=True), piece(b"34")).body())


def test_path_and_query_are_decoded() -> None:
    """Ids are read from the path without their encoding, and queries keep repetitions."""
    call = request(id=NOBODY.replace("-", "%2d"))
    assert call.id() == NOBODY
    assert call.query.getlist("a") == ["1", "2"]
