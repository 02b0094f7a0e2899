"""The control plane of one realm as a test speaks to it: in this process, without a socket."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import httpx

from mock_control_plane.app import World, create_app
from mock_control_plane.directory import Directory
from mock_control_plane.objects import Objects
from mock_control_plane.wire import load_profile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mock_control_plane.identities import User


def new_world() -> World:
    """An empty realm with its ready-made organisation."""
    return World(Directory(), Objects(), load_profile())


def send(
    world: World,
    method: str,
    path: str,
    *,
    token: str | None = None,
    headers: Mapping[str, str] | None = None,
    **how: object,
) -> httpx.Response:
    """Send one request to the control plane of this world."""
    credentials = {} if token is None else {"authorization": f"Bearer {token}"}

    async def exchange() -> httpx.Response:
        transport = httpx.ASGITransport(app=create_app(world))
        async with httpx.AsyncClient(transport=transport, base_url="http://mock") as client:
            every = {**credentials, **(headers or {})}
            return await client.request(method, path, headers=every, **how)  # type: ignore[arg-type]

    return asyncio.run(exchange())


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody with a credential."""

    world: World
    token: str = field(repr=False)
    user: User

    def post(self, path: str, fields: object = None, **headers: str) -> httpx.Response:
        """Post a JSON body; underscores in the names of headers stand for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = b"" if fields is None else json.dumps(fields).encode()
        return send(self.world, "POST", path, token=self.token, content=content, headers=named)

    def get(self, path: str, **query: object) -> httpx.Response:
        """Ask with a query."""
        return send(self.world, "GET", path, token=self.token, params=query)

    def row(self, kind: str, **fields: object) -> dict[str, object]:
        """Register an object and return its row."""
        answer = self.post(f"/api/{kind}/register", fields)
        assert answer.status_code == 200, answer.text
        row: dict[str, object] = answer.json()[kind]
        return row

    def ids(self, kind: str, **filters: object) -> list[str]:
        """The ids of the objects that these filters select, in order."""
        answer = self.post(f"/api/{kind}/get", filters)
        assert answer.status_code == 200, answer.text
        return [row["id"] for row in answer.json()]


def new_caller(
    world: World, *, organizations: list[str] | None = None, owner: bool = False
) -> Caller:
    """Somebody new with a key, in the ready-made organisation unless others are given."""
    role = "owner" if owner else "member"
    user = world.directory.create_user(organizations=organizations, role=role)  # type: ignore[arg-type]
    return Caller(world, world.directory.create_key(user.id).secret, user)
