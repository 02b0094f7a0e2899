"""What the README says is what there is."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from conformance.options.table import OPTIONS
from conformance.reference.defects import DEFECTS
from conformance.reference.nulls import NULLS
from conformance.reference.variants import VARIANTS
from conformance.requirements import load

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md")


def shell_blocks(text: str) -> list[str]:
    """The commands of a document, block by block."""
    return re.findall(r"^```sh\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def test_continuous_integration_runs_the_first_two_commands() -> None:
    """`.ci/run` is the README's first two commands, and nothing cleverer."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    commands = [line for line in script if line and not line.startswith(("#", "set -euo", "cd "))]
    assert commands == [block.strip() for block in shell_blocks(README)[:2]]


def test_newcomer_learns_first_what_it_is_for() -> None:
    """The README opens with prose of a few sentences, before any command."""
    opening = README.split("```")[0].splitlines()
    assert opening[0].startswith("# ")
    assert len(" ".join(opening).split(". ")) <= 5


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_wrap(name: str) -> None:
    """No line is wider than 120 columns."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_options_that_exist(name: str) -> None:
    """Every option of ours that is written about can be given."""
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"--(?:dataplane|control-plane)-[a-z-]+", text))
    assert named <= {option.flag for option in OPTIONS}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_documents_name_files_that_exist(name: str) -> None:
    """Every path that is written about is there."""
    text = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(r"`((?:conformance|mock_control_plane|tests|fixtures)/[a-z_./]*)`", text)
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_documents_name_environments_that_exist() -> None:
    """Every tox environment that is written about is in tox.ini."""
    configured = set(re.findall(r"^\[testenv:(\w+)\]", (ROOT / "tox.ini").read_text(), re.M))
    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in DOCUMENTS)
    named = ",".join(re.findall(r"tox -e ([a-z,]+)", text)).split(",")
    assert {*named} <= configured


def test_commands_are_those_that_are_installed() -> None:
    """Every program that the README runs is a script of this project, Python's or tox's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    known = {*project["scripts"], "python3", "pip", "pytest", "tox", "curl", "."}
    words = [
        part.split()[0].removeprefix(".venv/bin/")
        for block in shell_blocks(README)
        for line in block.replace("\\\n", " ").splitlines()
        for part in line.split("&&")
    ]
    assert set(words) <= known


def test_exit_codes_are_all_there() -> None:
    """The table of exit codes has a row for each, in order."""
    table = README.split("| exit code |")[1].split("\n\n")[0]
    assert re.findall(r"^\| (\d) \|", table, flags=re.MULTILINE) == list("0123456")


def test_numbers_are_those_of_this_release() -> None:
    """How much is judged, and how many data planes prove it, is what the code says."""
    catalogue = load()
    musts = [row for row in catalogue.values() if row.level == "MUST"]
    assert f"{len(catalogue)} requirements, {len(musts)} of them MUST" in README
    prose = " ".join(README.split())
    assert f"judges {len(DEFECTS)} data planes that have one flaw each" in prose
    assert f"{len(VARIANTS)} that conform in another way" in prose
    assert f"{len(NULLS)} servers that are no data plane" in prose
