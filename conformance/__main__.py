"""The command `dataplane-conformance`, also as `python -m conformance`."""

from __future__ import annotations

import sys

from conformance.cli import main as run_command


def main() -> None:
    """Run the command line of this process, and end with its exit code."""
    sys.exit(run_command(sys.argv[1:]))


if __name__ == "__main__":
    main()
