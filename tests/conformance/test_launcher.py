"""What starts processes, and what asks others to, are both launchers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.deployment.launch import Launch
from tests.conformance import programs
from tests.conformance.observing.fakes import options_of

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.deployment.launcher import Launcher, Started


def test_process_can_be_watched_and_stopped(tmp_path: Path) -> None:
    """A launcher tells of what it starts before it is ready, and what it started can be asked."""
    command = programs.command(tmp_path, programs.SERVES)
    launcher: Launcher = Launch.of(options_of(tmp_path, dataplane_cmd=command))
    told: list[Started] = []
    started = launcher.start({}, tmp_path / "output.log", started=told.append)
    assert told == [started]
    assert started.url.startswith("http://127.0.0.1:")
    assert not started.ended()
    started.stop()
    started.stop()
    assert started.ended()
    assert "settings:" in started.epitaph()
