"""The command line of `dataplane-conformance`: one parser, and one module for each command."""

from __future__ import annotations

import argparse
import importlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

import conformance
from conformance.errors import ConformanceError, UsageProblem

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

DESCRIPTION = """\
Judges a self-hosted Braintrust data plane, requirement by requirement.
"""
EPILOG = """\
examples:
  dataplane-conformance run
      judge the data plane that comes with the suite
  dataplane-conformance run --dataplane-cmd "my-data-plane --quiet" -n auto
      start your own, once for every configuration that the tests need
  dataplane-conformance run --dataplane-url https://api.staging.example.com
      judge one that runs, with the key in BRAINTRUST_API_KEY
  dataplane-conformance list --area audit
      what is required, and by whom

`dataplane-conformance COMMAND --help` says more. `pytest --dataplane-url URL` is the other door
to the same run.
"""


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the module that has its `configure` and its `main`, imported when it is called."""

    module: str
    help: str


COMMANDS = {
    "run": Command("conformance.running", "judge a data plane"),
    "list": Command("conformance.requirements.listing", "show the requirements"),
    "render": Command("conformance.report.cli", "show a report again, as text or Markdown"),
    "selfcheck": Command("conformance.selfcheck.cli", "prove that the suite finds every flaw"),
    "reference": Command("conformance.reference.__main__", "serve the reference data plane"),
}


class Parser(argparse.ArgumentParser):
    """A parser whose mistakes end with the exit code that pytest has for them too."""

    def error(self, message: str) -> NoReturn:
        """Say in one sentence what is wrong, and where more is said."""
        self.exit(UsageProblem.exit_code, f"{self.prog}: {message}; see {self.prog} --help\n")


def main(arguments: Sequence[str]) -> int:
    """Run a command and return its exit code; `run` hands what it does not know to pytest."""
    parser = _parser(next((word for word in arguments if word in COMMANDS), None))
    known, unknown = parser.parse_known_args(list(arguments))
    if known.command == "run":
        known.arguments = list(arguments)[list(arguments).index("run") + 1 :]
    elif unknown:
        parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    try:
        command = importlib.import_module(COMMANDS[known.command].module)
        code: int = command.main(known)
    except ConformanceError as problem:
        print(f"{parser.prog}: {problem}", file=sys.stderr)  # noqa: T201 - a command line answers
        return problem.exit_code
    except KeyboardInterrupt:
        return 2
    return code


def _parser(chosen: str | None) -> argparse.ArgumentParser:
    """The parser; only the chosen command's module is imported, and asked for its options."""
    parser = Parser(
        prog="dataplane-conformance",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=conformance.__version__)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in COMMANDS.items():
        sub = commands.add_parser(
            name,
            help=command.help,
            description=f"{command.help[0].upper()}{command.help[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        if name == chosen:
            importlib.import_module(command.module).configure(sub)
    return parser
