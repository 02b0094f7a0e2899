"""Whole runs, as processes: brought up, interrupted, bereaved, and taken down to the last child."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import textwrap
import urllib.request
from typing import TYPE_CHECKING

import pytest

from tests.conformance.judging import URL

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.report.document import Document
    from tests.conformance.judging import Judging

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
            env={**os.environ, "READY": str(self.path / "ready")},
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


def test_interrupted_start_takes_everything_down(folder: Folder) -> None:
    """Also while a data plane is still awaited, SIGTERM ends what was started."""
    run = folder.start(WORKS, "--dataplane-cmd=sh -c 'echo $$ > $READY; exec sleep 600'")
    with (folder.path / "ready").open() as ready:  # each of the data planes may be there first
        started = int(ready.readline())
    watched = select.poll()
    watched.register(os.pidfd_open(started), select.POLLIN)
    run.send_signal(signal.SIGTERM)
    output, _ = run.communicate(timeout=LONG)
    assert run.returncode == 2, output
    assert "told to stop by SIGTERM" in output
    assert watched.poll(LONG * 1000)
    assert folder.report["verdict"] == "incomplete"


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


def test_whole_scope_is_shown_first(judging: Judging) -> None:
    """Before a test runs it is said what is judged, and what would widen it."""
    result = judging(URL)
    result.stdout.fnmatch_lines(
        [
            "dataplane-conformance *, catalogue *",
            "  target *http://127.0.0.1:9",
            "  profile *braintrust (* rows are assumed)",
            "  scope * of * MUSTs, * of * SHOULDs",
            "*AUD-06*",
            "*test session starts*",
        ]
    )


def test_unreachable_data_plane_ends_the_run(judging: Judging) -> None:
    """Where nothing listens the run ends at once, without a traceback, with a report."""
    result = judging(URL, up=False)
    assert result.ret == 2
    result.stderr.fnmatch_lines(["Stopped: nothing answers under http://127.0.0.1:9*"])
    assert "Traceback" not in result.stderr.str() + result.stdout.str()
    assert judging.report["verdict"] == "incomplete"


def test_missing_mock_ends_the_run(judging: Judging) -> None:
    """A mock that is said to run and does not is told as such."""
    result = judging(URL, "--control-plane-url=http://127.0.0.1:9", up=False)
    assert result.ret == 2
    result.stderr.fnmatch_lines(["Stopped: --control-plane-url: *does not answer*"])
