"""Data planes are forked with the settings that they are given, and end when they are let go."""

from __future__ import annotations

import urllib.request
from typing import TYPE_CHECKING

import pytest

from conformance.selfcheck.forking import Forking, NotUp
from conformance.selfcheck.subject import Kind, Subject

if TYPE_CHECKING:
    from pathlib import Path

    from mock_control_plane.client import ControlPlane

LONG = 30.0
REFERENCE = Subject(Kind.REFERENCE, "reference", "", ("audit",))


@pytest.fixture(scope="session", name="forking")
def _forking() -> Forking:
    """A fork server, for all tests of this process."""
    return Forking()


def test_plane_answers_while_it_is_held(
    forking: Forking, running_control_plane: ControlPlane, tmp_path: Path
) -> None:
    """A forked data plane answers under its URL until the context is left."""
    settings = {"BRAINTRUST_APP_URL": running_control_plane.create_realm().url}
    with forking.plane(REFERENCE, settings, tmp_path / "plane.log") as plane:
        with urllib.request.urlopen(f"{plane.url}/version", timeout=LONG) as answer:
            assert answer.status == 200
        assert not plane.died()
        assert plane.last_words() == ""
        assert plane.sentinel
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(plane.url, timeout=LONG)


def test_plane_that_does_not_come_up_says_why(forking: Forking, tmp_path: Path) -> None:
    """What ends before it answers is told with its last lines."""
    nobody = Subject(Kind.DEFECT, "there-is-no-such-defect", "", ("audit",))
    with (
        pytest.raises(NotUp, match="KeyError: 'there-is-no-such-defect'"),
        forking.plane(nobody, {"BRAINTRUST_APP_URL": "http://h"}, tmp_path / "plane.log"),
    ):
        pytest.fail("it came up")
