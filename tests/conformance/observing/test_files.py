"""The folder through which processes tell each other what was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.observing.files import Files
from conformance.observing.state import Phase, State

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(name="files")
def _files(tmp_path: Path) -> Files:
    """An empty folder, of one test."""
    files = Files(tmp_path)
    files.clear()
    return files


def test_newest_state_counts(files: Files) -> None:
    """A state replaces the one before."""
    for phase in (Phase.QUEUED, Phase.RUNNING):
        files.write(State("telemetry-1.5", phase))
    assert files.names() == ["telemetry-1.5"]
    assert files.read("telemetry-1.5").phase is Phase.RUNNING


def test_wants_and_pulse_are_no_observations(files: Files) -> None:
    """What tests want, and the pulse, are told beside the states."""
    assert (files.wanted(), files.pulse()) == ([], "")
    files.want(["b", "a", "b"])
    files.beat(7)
    assert (files.wanted(), files.pulse(), files.names()) == (["a", "b"], "7", [])


def test_earlier_run_is_forgotten(files: Files, tmp_path: Path) -> None:
    """Nothing of an earlier run is taken for this one's, and what else lies there stays."""
    files.write(State("one", Phase.OVER))
    files.want(["one"])
    files.beat(1)
    kept = tmp_path / "observations" / "notes.txt"
    kept.touch()
    Files(tmp_path).clear()
    assert (files.names(), files.wanted(), files.pulse()) == ([], [], "")
    assert list(kept.parent.iterdir()) == [kept]
