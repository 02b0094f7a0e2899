"""Where telemetry goes, and under which name."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import httpx
import pytest

from conformance.reference.settings import Settings
from conformance.reference.telemetry.courier import PATHS, Courier
from conformance.reference.telemetry.senders import KINDS
from mock_control_plane.wire import load_profile
from tests.reference.telemetry.ear import Ear

if TYPE_CHECKING:
    from tests.reference.rig import Houses


def post(url: str) -> None:
    """Post a status document to a control plane."""

    async def posting() -> None:
        courier = Courier(Settings(app_url=url, license="the-licence"))
        await courier.open()
        try:
            await courier.post("status", b"{}", "application/json")
        finally:
            await courier.close()

    asyncio.run(posting())


def test_paths_are_those_of_the_wire_profile() -> None:
    """The suite's profile names the same endpoints."""
    profile = load_profile("reference")
    for kind in KINDS:
        (endpoint,) = profile.rows[kind].endpoints
        assert (endpoint.method, endpoint.path) == ("POST", PATHS[kind])


def test_licence_is_the_credential(houses: Houses) -> None:
    """The licence key and the program's name are sent, and no user's token."""
    ear = Ear()
    post(houses.host.serve(ear.around(houses.control_plane.app())))
    (heard,) = ear.heard
    assert heard.headers["authorization"] == "Bearer the-licence"
    assert heard.headers["user-agent"].startswith("reference-data-plane/")
    assert heard.headers["content-type"] == "application/json"


def test_refusal_is_an_error(houses: Houses) -> None:
    """Only a 2xx accepts a report."""
    ear = Ear(status=503)
    with pytest.raises(httpx.HTTPStatusError):
        post(houses.host.serve(ear.around(houses.control_plane.app())))
