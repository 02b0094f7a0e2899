"""The command `run`: the suite in a pytest session of its own, which a user's files cannot bend."""

from __future__ import annotations

import glob
import shlex
from importlib import metadata, resources
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.options.table import GROUPS, add_to, target_given

if TYPE_CHECKING:
    import argparse

__all__ = ["configure", "main"]

PLUGIN = "conformance.plugin"
EPILOG = """\
Every other option and argument is pytest's own: -v names each test's requirement, -n auto uses
every core, -k and -x choose and stop, a path or a `--pyargs` name replaces the suite.

exit codes: 0 every MUST in scope passed; 1 a MUST failed, or an expected failure is stale;
2 interrupted, or the environment broke; 3 the suite itself broke; 4 usage; 5 nothing was
selected; 6 a MUST in scope was not judged, or with --dataplane-require-complete any was not
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Offer the options of a run, which are those of the pytest plugin."""
    parser.usage = "dataplane-conformance run [options] [pytest's options]"
    parser.epilog = EPILOG
    for title, options in GROUPS.items():
        add_to(parser.add_argument_group(title).add_argument, options)


def main(arguments: argparse.Namespace) -> int:
    """Run pytest with our own configuration, on the embedded data plane unless told otherwise."""
    words = list(arguments.arguments)
    if not target_given(vars(arguments)):
        words = ["--dataplane-embedded", *words]
    return int(pytest.main([*_surroundings(), *words]))


def _surroundings() -> list[str]:
    """Options that keep a user's configuration and conftest.py out, and the suite's own in."""
    here = Path(str(resources.files("conformance")))
    suites = here / "suites"
    return [
        f"--config-file={here / 'run.ini'}",
        f"--rootdir={Path.cwd()}",
        f"--override-ini=testpaths={shlex.quote(glob.escape(str(suites)))}",
        f"--confcutdir={suites}",
        "-pno:cacheprovider",
        "--no-header",
        *_plugin(),
    ]


def _plugin() -> list[str]:
    """Name our plugin where nobody installed it: in a bare checkout."""
    installed = metadata.entry_points(group="pytest11", name="dataplane-conformance")
    return [] if installed else [f"-p{PLUGIN}"]
