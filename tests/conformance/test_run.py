"""Whole runs, as processes: brought up, interrupted, bereaved, and taken down to the last child."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import urllib.request
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.report.document import Document

LONG = 60.0
EMBEDDED = "--dataplane-embedded"
HEAD = """
    import os, signal
    from conformance import expect
    from conformance.marks import requirement

    @requirement("AUD-04")
"""
WORKS = """
    def test_it(callers, realm, deployment, specimens):
        caller = callers.new()
        expect.ok(caller.get("/v1/project"))
        assert realm.entries(principal=caller.person.id)
        assert specimens.make(caller, "project").id
        open("url", "w").write(deployment.url)
"""
WAITS = """
    def test_it(deployment):
        open("url", "w").write(deployment.url)
        open("ready", "w").close()
        signal.pause()
"""
KILLS = """
    def test_it(deployment, callers):
        os.kill(int(deployment.output.read_text().split()[0]), signal.SIGKILL)
        callers.new().get("/v1/project")
"""


class Folder:
    """A folder in which pytest is run with a test of the suite in place of the suite."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path / "ready")

    def start(self, test: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a run with one test."""
        (self.path / "test_it.py").write_text(textwrap.dedent(HEAD) + textwrap.dedent(test))
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", "-pno:randomly", "test_it.py", *arguments],
            cwd=self.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @property
    def report(self) -> Document:
        """What the run wrote."""
        document: Document = json.loads(
            (self.path / "conformance-report" / "report.json").read_text()
        )
        return document

    def expect_nobody(self) -> None:
        """See that the data plane that the test met is gone."""
        with pytest.raises(OSError, match="refused"):
            urllib.request.urlopen((self.path / "url").read_text(), timeout=LONG)


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Folder:
    """A folder of one test, because its run writes into it."""
    return Folder(tmp_path)


@pytest.mark.parametrize("workers", [[], ["-n", "1"]], ids=["alone", "xdist"])
def test_run_is_complete(folder: Folder, workers: list[str]) -> None:
    """A run starts the mock and the data plane, judges, reports, and leaves nothing behind."""
    run = folder.start(WORKS, EMBEDDED, "--dataplane-requirement=AUD-04", *workers)
    output, _ = run.communicate(timeout=LONG)
    assert run.returncode == 0, output
    assert "which saw a login through it" in output
    (row,) = [row for row in folder.report["requirements"] if row["id"] == "AUD-04"]
    assert row["outcome"] == "passed"
    folder.expect_nobody()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_takes_everything_down(folder: Folder, number: signal.Signals) -> None:
    """After Ctrl-C and SIGTERM nothing is left running, and the report says so."""
    run = folder.start(WAITS, EMBEDDED)
    (folder.path / "ready").open().close()
    run.send_signal(number)
    output, _ = run.communicate(timeout=LONG)
    assert run.returncode == 2, output
    assert folder.report["verdict"] == "incomplete"
    folder.expect_nobody()


def test_death_of_the_data_plane_ends_the_run(folder: Folder) -> None:
    """A data plane that dies is named, and no requirement is blamed for its silence."""
    command = f"sh -c 'echo $$; exec {sys.executable} -m conformance.reference'"
    run = folder.start(KILLS, f"--dataplane-cmd={command}")
    output, _ = run.communicate(timeout=LONG)
    assert run.returncode == 2, output
    assert "the data plane died during the run: it was killed by SIGKILL" in output
    assert "failed" not in {row["outcome"] for row in folder.report["requirements"]}


def test_data_plane_that_dies_at_once_ends_the_run(folder: Folder) -> None:
    """A command that cannot serve is told with its last lines, in a line and not in a traceback."""
    run = folder.start(WORKS, "--dataplane-cmd=sh -c 'echo no database; exit 3'")
    output, _ = run.communicate(timeout=LONG)
    assert run.returncode == 2, output
    assert "exited with 3; its last lines:\n    no database" in output
    assert "Traceback" not in output
    assert folder.report["verdict"] == "incomplete"
