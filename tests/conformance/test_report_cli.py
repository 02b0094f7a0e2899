"""`dataplane-conformance render` reads a report, and says in one sentence where it cannot."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import pytest

from conformance.errors import UsageProblem
from conformance.report import cli, document, render_markdown, render_text
from tests.conformance.material import FAILED, all_passing, report_of

if TYPE_CHECKING:
    from pathlib import Path

REPORT = report_of({**all_passing(), "ONE-01": FAILED})


def ran(*arguments: object) -> int:
    """The exit code of `render` with these arguments."""
    parser = argparse.ArgumentParser()
    cli.configure(parser)
    return cli.main(parser.parse_args([str(argument) for argument in arguments]))


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    """The folder of a report; a fresh one for each test, which may break it."""
    document.write(REPORT, tmp_path)
    return tmp_path


def test_folder_and_file_render_alike(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report is named by its folder or by its file, and printed as wide as the console."""
    monkeypatch.setenv("COLUMNS", "60")
    assert ran(folder) == 0
    by_folder = capsys.readouterr().out
    assert ran(folder / "report.json") == 0
    assert capsys.readouterr().out == by_folder == render_text.render(REPORT, width=60)


def test_markdown_is_printed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--format markdown` it is Markdown."""
    assert ran(folder, "--format", "markdown") == 0
    assert capsys.readouterr().out == render_markdown.render(REPORT)


@pytest.mark.parametrize(
    ("format", "text"),
    [("text", render_text.render(REPORT)), ("markdown", render_markdown.render(REPORT))],
)
def test_output_goes_to_a_file(
    folder: Path, capsys: pytest.CaptureFixture[str], format: str, text: str
) -> None:
    """With `--output` it is written there, and nothing is printed."""
    assert ran(folder, "--format", format, "--output", folder / "out") == 0
    assert (folder / "out").read_text("utf-8") == text
    assert capsys.readouterr().out == ""


def test_missing_report_is_told(tmp_path: Path) -> None:
    """Where there is no report, the file that was looked for is named."""
    with pytest.raises(UsageProblem, match=r"no report to read: .*report\.json: No such file"):
        ran(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "\N{BOM}"])
def test_file_of_something_else_is_told(folder: Path, text: str) -> None:
    """What is not JSON is no report."""
    (folder / "report.json").write_text(text, "utf-8")
    with pytest.raises(UsageProblem, match="is not a report: it is not JSON"):
        ran(folder)


@pytest.mark.parametrize("change", [{"schema_version": 99}, {"verdict": "fine"}, {"more": 1}])
def test_report_of_another_release_is_told(folder: Path, change: dict[str, object]) -> None:
    """What does not follow the schema is told by the place where it does not."""
    (folder / "report.json").write_text(json.dumps({**REPORT, **change}), "utf-8")
    with pytest.raises(UsageProblem, match="is not a report of this release"):
        ran(folder)


def test_unwritable_output_is_told(folder: Path) -> None:
    """An output that cannot be written is named."""
    with pytest.raises(UsageProblem, match=r"nowhere.* cannot be written: No such file"):
        ran(folder, "--output", folder / "nowhere" / "out.txt")
