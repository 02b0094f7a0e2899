"""The application is composed of the routes of one world, and answers everything else with 404."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mock_control_plane.api import new_caller, new_world, send

if TYPE_CHECKING:
    from mock_control_plane.app import World
    from tests.mock_control_plane.api import Caller


@pytest.mark.parametrize(
    "path",
    ["/", "/nothing", "/api", "/api/project/", "/api/cli/wizard-session/create", "/api/foo/get"],
)
def test_unknown_path_is_text(caller: Caller, path: str) -> None:
    """What the control plane does not have is 404 in plain text, without a redirect."""
    answer = caller.post(path, {})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert "Not Found" in answer.text


def test_worlds_are_strangers() -> None:
    """A key of one world is unknown in another."""
    here, there = new_world(), new_world()
    caller = new_caller(here)
    assert send(here, "POST", "/api/self/me", token=caller.token).status_code == 200
    assert send(there, "POST", "/api/self/me", token=caller.token).status_code == 401


def test_method_that_is_not_offered_is_refused(world: World) -> None:
    """The API has GET and POST and no other method."""
    assert send(world, "DELETE", "/api/project").status_code == 405
