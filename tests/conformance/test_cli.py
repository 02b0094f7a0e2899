"""The command teaches, ends with the right code, and imports no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from conformance import cli, running
from conformance.errors import UsageProblem

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["judge"], "invalid choice: 'judge'"),
        (["list", "--loud"], "unrecognized arguments: --loud"),
    ],
)
def test_mistake_ends_with_4(
    arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A mistake on the command line is one sentence, and pytest's exit code for it."""
    with pytest.raises(SystemExit) as raised:
        cli.main(arguments)
    assert raised.value.code == UsageProblem.exit_code
    assert sentence in capsys.readouterr().err


def test_problem_of_a_command_is_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a command cannot do is said without a traceback."""
    assert cli.main(["render", str(tmp_path / "none")]) == 4
    assert capsys.readouterr().err.startswith("dataplane-conformance: there is no report")


def test_interrupted_command_ends_with_2(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C ends a command without a traceback."""

    def interrupted(_: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(running, "main", interrupted)
    assert cli.main(["run"]) == 2


@pytest.mark.parametrize("command", list(cli.COMMANDS))
def test_help_teaches(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each command says what it does."""
    with pytest.raises(SystemExit) as raised:
        cli.main([command, "--help"])
    assert raised.value.code == 0
    assert cli.COMMANDS[command].help[1:] in capsys.readouterr().out


def test_help_of_the_program_gives_examples(capsys: pytest.CaptureFixture[str]) -> None:
    """The first help that somebody asks for shows what to type."""
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    shown = capsys.readouterr().out
    assert "dataplane-conformance run --dataplane-url" in shown
    assert all(command in shown for command in cli.COMMANDS)


def test_list_imports_no_test_tools() -> None:
    """Who looks something up does not wait for pytest, hypothesis and httpx."""
    code = (
        "import sys\nfrom conformance.cli import main\nmain(['list'])\n"
        "print(sorted({'pytest', 'hypothesis', 'httpx', 'starlette'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"
