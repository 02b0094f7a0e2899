"""A token may read projects and what lies in them, and no right does more than it says."""

from __future__ import annotations

import pytest

from mock_control_plane.identities import DirectoryProblem
from mock_control_plane.kinds import KINDS
from mock_control_plane.rights import READ_PROJECTS, checked, may_read

READABLE = {
    "agent",
    "dataset",
    "dataset_snapshot",
    "experiment",
    "function",
    "mcp_server",
    "project",
    "project_automation",
    "project_score",
    "project_tag",
    "prompt",
    "prompt_session",
    "span_iframe",
}


def test_reading_projects_covers_what_lies_in_them() -> None:
    """Of all kinds, exactly projects and what lies in them are covered."""
    rights = checked([READ_PROJECTS])
    assert {name for name, kind in KINDS.items() if may_read(rights, kind)} == READABLE


def test_no_right_covers_nothing() -> None:
    """Without a right nothing may be read."""
    assert not any(may_read(checked([]), kind) for kind in KINDS.values())


def test_unknown_right_is_a_sentence() -> None:
    """A right that does not exist is refused with those that do."""
    with pytest.raises(DirectoryProblem, match="no right 'write projects'; expected read projects"):
        checked([READ_PROJECTS, "write projects"])
