"""The suite judges a data plane that shares nothing with the reference, started by its command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = f"{sys.executable} -m tests.stranger.data_plane"


@pytest.mark.parametrize("area", ["api", "audit", "retention"])
def test_a_data_plane_of_another_make_conforms(area: str, tmp_path: Path) -> None:
    """Everything in scope passes, and nothing in scope stays unjudged."""
    command = [sys.executable, "-m", "conformance", "run", "--dataplane-area", area]
    # Its routes and its pace are those that the reference's profile tells of.
    command += ["--dataplane-quick", "--dataplane-wire-profile", "reference"]
    command += ["--dataplane-cmd", COMMAND, "--dataplane-report-dir", "report"]
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])

    run = subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    report = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    judged = [row for row in report["requirements"] if row["area"] == area]
    unpassed = {row["id"]: row for row in judged if row["outcome"] != "passed"}
    assert judged
    assert not unpassed, run.stdout
    assert run.returncode == 0, run.stdout + run.stderr
