"""Hosts elsewhere are asked through a proxy or not at all."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from conformance.reference.elsewhere import VENDOR, answers, at_start

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from mock_control_plane.client import ControlPlane


def test_host_is_asked_only_behind_a_proxy(
    running_control_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a proxy it counts as there; with one it is whatever the proxy lets through."""
    realm = running_control_plane.create_realm()
    monkeypatch.delenv("HTTP_PROXY", raising=False)
    assert asyncio.run(answers(VENDOR))
    assert realm.destinations() == []
    proxy = realm.open_egress({"control plane": [urlsplit(realm.url).netloc]})
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, proxy)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "")
    assert not asyncio.run(answers(VENDOR))
    assert [one.outcome for one in realm.destinations()] == ["refused"]


def test_what_fails_at_start_keeps_it_from_starting() -> None:
    """The application hears of no start before the act is done, and of every request."""
    heard: list[str] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        heard.append(scope["type"])

    async def fail() -> None:
        raise ValueError("no")

    async def use() -> None:
        started = at_start(app, fail)
        with pytest.raises(ValueError, match="no"):
            await started({"type": "lifespan"}, None, None)  # type: ignore[arg-type]
        await started({"type": "http"}, None, None)  # type: ignore[arg-type]

    asyncio.run(use())
    assert heard == ["http"]
