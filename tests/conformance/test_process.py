"""A child process is started with what it needs, shows how it ended, and ends with its children."""

from __future__ import annotations

import os
import select
import shlex
from typing import TYPE_CHECKING

import pytest

from conformance.deployment.process import Process, last_lines
from conformance.errors import CannotLaunch
from tests.conformance import programs

if TYPE_CHECKING:
    from pathlib import Path

LONG = 20.0


def start(folder: Path, program: str) -> Process:
    """Start one of the small programs."""
    return Process(
        shlex.split(programs.command(folder, program)),
        environment=dict(os.environ),
        folder=folder,
        output=folder / "out" / "default.log",
    )


def test_unknown_command_cannot_be_launched(tmp_path: Path) -> None:
    """A command that is not there says so, and what to give instead."""
    with pytest.raises(CannotLaunch, match="'no-such-command' cannot be executed"):
        Process(
            ["no-such-command"], environment={}, folder=tmp_path, output=tmp_path / "default.log"
        )


def test_end_is_described(tmp_path: Path) -> None:
    """How a process ended, and what it said last, is told."""
    process = start(tmp_path, programs.DIES)
    assert process.ended(within=LONG)
    assert process.epitaph() == "exited with 3; its last lines:\n    no database: giving up"


def test_stop_ends_what_ignores_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ignores SIGTERM is killed after the grace, with its children."""
    monkeypatch.setattr("conformance.deployment.process.GRACE", 0.2)
    process = start(tmp_path, programs.IS_STUBBORN)
    while not (child := process.tail()) and not process.ended(within=0.02):
        pass
    watched = select.poll()
    watched.register(os.pidfd_open(int(child)), select.POLLIN)
    process.stop()
    process.stop()
    assert process.epitaph().startswith("was killed by SIGKILL")
    assert watched.poll(LONG * 1000)


def test_last_lines_hide_credentials(tmp_path: Path) -> None:
    """Neither a secret that is known nor one that looks like a key is shown."""
    output = tmp_path / "default.log"
    output.write_text("key sk-abcdefgh token bt-st-abcdefgh secret opensesame\n" * 40)
    assert last_lines(output, {"opensesame"}) == "\n".join(
        ["    key sk-… token bt-st-… secret …"] * 12
    )


def test_last_lines_of_nothing(tmp_path: Path) -> None:
    """A process that left no output left no lines."""
    assert last_lines(tmp_path / "none.log") == ""
