"""A proxy that changes what comes back: what flaws and variants of the proxy are made of."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from conformance.reference.proxy import Proxy

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.call import Call

    Change = Callable[[Call, object], object]


class Rewriting(Proxy):
    """Passes calls on, and changes the JSON of what comes back."""

    def __init__(self, change: Change) -> None:
        self._change = change

    async def forward(self, call: Call) -> Response:
        """Return the control plane's answer, changed where it is JSON and there is a change."""
        response = await super().forward(call)
        body = await whole(response)
        try:
            value = json.loads(body)
            changed = self._change(call, json.loads(body))
        except ValueError:
            value = changed = None
        return like(response, body if changed == value else json.dumps(changed).encode())


async def whole(response: Response) -> bytes:
    """Return the body of an answer, also of one that comes in pieces."""
    if not isinstance(response, StreamingResponse):
        return bytes(response.body)
    pieces = [piece async for piece in response.body_iterator]
    return b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)


def like(response: Response, body: bytes) -> Response:
    """Return an answer with status and headers of another one, and a body of its own."""
    answer = Response(body, response.status_code)
    answer.raw_headers += [
        each for each in response.raw_headers if each[0].lower() != b"content-length"
    ]
    return answer
