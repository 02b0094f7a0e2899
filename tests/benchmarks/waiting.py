"""How long a person waits: for the list, for a ready reference, for the embedded run of an area.

`python tests/benchmarks/waiting.py` prints each figure beside the command that it measures.
"""

from __future__ import annotations

import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

SCRIPTS = Path(sys.executable).parent


@dataclass(frozen=True, slots=True)
class Wait:
    """A command, how often it is measured, and the time in seconds that it is wanted in."""

    command: str
    wanted: float
    repeats: int = 5
    until_it_speaks: bool = False

    def measure(self) -> float:
        """Seconds until the command ended, or until its first line where that is what counts."""
        with tempfile.TemporaryDirectory() as folder:
            started = time.perf_counter()
            process = subprocess.Popen(
                shlex.split(self.command),
                cwd=folder,
                env={**os.environ, "PATH": f"{SCRIPTS}{os.pathsep}{os.environ['PATH']}"},
                stdout=subprocess.PIPE,
                text=True,
            )
            assert process.stdout is not None
            if self.until_it_speaks:
                process.stdout.readline()
                seconds = time.perf_counter() - started
                process.terminate()
                process.communicate()
                return seconds
            process.communicate()
            if process.returncode:
                raise SystemExit(f"{self.command}: exit code {process.returncode}")
            return time.perf_counter() - started


WAITS = (
    Wait("dataplane-conformance list", wanted=0.5),
    Wait("dataplane-conformance reference --port 0", wanted=1.5, until_it_speaks=True),
    Wait("dataplane-conformance run --dataplane-area audit", wanted=20, repeats=1),
)


def main() -> None:
    """Print the median of each wait."""
    for wait in WAITS:
        seconds = statistics.median(wait.measure() for _ in range(wait.repeats))
        what = "until it is ready" if wait.until_it_speaks else "until it ends"
        sys.stdout.write(
            f"{seconds:7.2f} s {what} (wanted: {wait.wanted:g}; median of {wait.repeats}): "
            f"{wait.command}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
