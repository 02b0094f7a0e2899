"""`python -m conformance` is the command."""

from __future__ import annotations

import subprocess
import sys


def test_module_is_the_command() -> None:
    """`python -m conformance` is `dataplane-conformance`."""
    command = [sys.executable, "-m", "conformance", "--version"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.strip()[0].isdecimal()
