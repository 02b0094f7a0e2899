"""A reference is a value: a part is replaced, and nothing of the old one is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from conformance.reference.auditor import Auditor
from conformance.reference.composition import Reference, compose
from conformance.reference.settings import Settings
from tests.reference.material import create

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from conformance.reference.auditor import Trail
    from tests.reference.rig import Houses


def test_composing_opens_nothing() -> None:
    """A reference is composed without a control plane and without a file."""
    assert compose(Settings()).wrap == ()


def test_replaced_part_is_used(houses: Houses) -> None:
    """A route asks the part that the reference has now."""

    class Other(Auditor):
        def user_id(self, trail: Trail) -> str | None:
            del trail
            return "somebody"

    url = houses.data_plane(lambda reference: replace(reference, auditor=Other()))
    answer = houses.client(url, audit=True).get("/ping")
    assert answer.headers["x-bt-audit-user-id"] == "somebody"


def test_wrappers_are_applied_the_last_outermost(houses: Houses) -> None:
    """Each wrapper sees what those before it made of an answer."""

    def adding(letter: bytes) -> object:
        def wrap(app: ASGIApp) -> ASGIApp:
            async def serve(scope: Scope, receive: Receive, send: Send) -> None:
                async def sending(message: Message) -> None:
                    if message["type"] == "http.response.start":
                        message["headers"] = [*message["headers"], (b"x-order", letter)]
                    await send(message)

                await app(scope, receive, sending)

            return serve

        return wrap

    def wrapped(reference: Reference) -> Reference:
        return replace(reference, wrap=(adding(b"a"), adding(b"b")))  # type: ignore[arg-type]

    answer = houses.client(houses.data_plane(wrapped)).get("/version")
    assert answer.headers.get_list("x-order") == ["a", "b"]


def test_data_planes_share_nothing(houses: Houses) -> None:
    """Rows of one data plane are not seen by another beside the same control plane."""
    key = houses.control_plane.key()
    one, two = (houses.client(houses.data_plane(), key) for _ in range(2))
    project = create(one, "project")
    prompt = create(one, "prompt", project=project["id"])
    assert one.get(f"/v1/prompt/{prompt['id']}").status_code == 200
    assert two.get(f"/v1/prompt/{prompt['id']}").status_code == 400
