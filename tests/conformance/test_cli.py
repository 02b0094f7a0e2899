"""The command teaches, runs the suite as pytest would, and imports no more than it needs."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from typing import TYPE_CHECKING

import pytest

from conformance import cli, running
from conformance.errors import UsageProblem

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(name="asked")
def _asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What pytest is asked to do, in place of doing it; of one test, because it is patched."""
    asked: list[list[str]] = []

    def main(words: list[str]) -> pytest.ExitCode:
        asked.append(words)
        return pytest.ExitCode.OK

    monkeypatch.setattr(pytest, "main", main)
    return asked


def test_run_hands_everything_to_pytest(asked: list[list[str]]) -> None:
    """Options of ours and of pytest's reach pytest as they were written."""
    words = ["-n", "2", "-k", "a or b", "--dataplane-url=http://h", "--tb=short", "mine"]
    assert cli.main(["run", *words]) == 0
    assert asked[0][-len(words) :] == words
    assert "--dataplane-embedded" not in asked[0]


def test_run_judges_the_embedded_data_plane_by_default(asked: list[list[str]]) -> None:
    """Without a target the embedded data plane is judged."""
    cli.main(["run", "-v"])
    assert asked[0][-2:] == ["--dataplane-embedded", "-v"]


def test_run_keeps_the_users_configuration_out(asked: list[list[str]]) -> None:
    """The suite is run with our own configuration, from whatever folder."""
    cli.main(["run"])
    assert any(word.startswith("--config-file=") and word.endswith("run.ini") for word in asked[0])
    assert any(word.startswith("--confcutdir=") for word in asked[0])


def test_bare_checkout_names_its_plugin(
    asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody installed the distribution, pytest is told where the plugin is."""
    monkeypatch.setattr(metadata, "entry_points", lambda **_: ())
    cli.main(["run"])
    assert "-pconformance.plugin" in asked[0]


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


def test_module_is_the_command() -> None:
    """`python -m conformance` is `dataplane-conformance`."""
    command = [sys.executable, "-m", "conformance", "--version"]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.strip()[0].isdecimal()
