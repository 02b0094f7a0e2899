"""The client finds mocks and realms, and stays light."""

from __future__ import annotations

import subprocess
import sys

import httpx
import pytest

from mock_control_plane import __version__
from mock_control_plane.client import ControlPlane, UnknownRealm


def test_import_is_light() -> None:
    """Who only asks a mock does not load what serves one."""
    code = (
        "import sys, mock_control_plane.client, mock_control_plane.wire;"
        "print([name for name in ('starlette', 'uvicorn') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_mock_says_what_it_is(running_control_plane: ControlPlane) -> None:
    """Version, URL, profile and journal of a mock can be asked for."""
    info = running_control_plane.info()
    assert (info.version, info.url) == (__version__, running_control_plane.url)
    assert info.profile == "braintrust"
    assert info.journal


def test_realms_are_found(running_control_plane: ControlPlane) -> None:
    """A realm is found by its name and listed behind the default one."""
    realm = running_control_plane.create_realm(
        "found", organization="Größe", organization_id="6c1ed7de-6d5c-4d5b-b1d0-0f7c6ba7b0c2"
    )
    again = running_control_plane.realm("found")
    assert (again.name, again.url, again.organization) == ("found", realm.url, realm.organization)
    assert (realm.organization.name, realm.organization.id) == (
        "Größe",
        "6c1ed7de-6d5c-4d5b-b1d0-0f7c6ba7b0c2",
    )
    names = [each.name for each in running_control_plane.realms()]
    assert names[0] == "default"
    assert "found" in names
    assert repr(again) == f"Realm('found', {realm.url!r})"
    assert repr(running_control_plane) == f"ControlPlane({running_control_plane.url!r})"


def test_realm_has_the_host_that_reaches_it(running_control_plane: ControlPlane) -> None:
    """A realm's URL names the host under which its data plane reaches this machine."""
    realm = running_control_plane.create_realm(host="localhost")
    assert realm.url.startswith("http://localhost:")
    assert httpx.post(f"{realm.url}/seen").status_code == 404
    assert realm.count(path="/seen") == 1


def test_unknown_realm_is_told_apart(running_control_plane: ControlPlane) -> None:
    """A realm that is not there is an error of its own."""
    with pytest.raises(UnknownRealm, match="there is no realm 'nope'"):
        running_control_plane.realm("nope")
