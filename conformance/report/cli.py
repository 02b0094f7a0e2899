"""`dataplane-conformance render`: a report that was written, as text or Markdown."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema

from conformance.errors import UsageProblem
from conformance.report import render_markdown, render_text
from conformance.report.document import FILE_NAME, schema

if TYPE_CHECKING:
    import argparse

    from conformance.report.document import Document

FORMATS = ("text", "markdown")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `render`."""
    parser.add_argument(
        "report",
        type=Path,
        metavar="REPORT",
        help="the folder of a report (--dataplane-report-dir), or its report.json",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="text (default)")
    parser.add_argument(
        "--output", type=Path, metavar="FILE", help="write it there instead of printing it"
    )


def main(arguments: argparse.Namespace) -> int:
    """Render a report; return the exit code of the command."""
    document = read(arguments.report)
    if arguments.output is None:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        sys.stdout.write(_rendered(document, arguments.format, to_console=True))
        return 0
    try:
        text = _rendered(document, arguments.format, to_console=False)
        arguments.output.write_text(text, "utf-8", errors="backslashreplace")
    except OSError as problem:
        raise UsageProblem(
            f"{arguments.output} cannot be written: {problem.strerror}; give --output a file "
            "in a folder that exists"
        ) from None
    return 0


def read(path: Path) -> Document:
    """Read a report from its folder or file; raise `UsageProblem` for what is none."""
    file = path / FILE_NAME if path.is_dir() else path
    try:
        document: Document = json.loads(file.read_text("utf-8"))
    except OSError as problem:
        raise UsageProblem(
            f"there is no report to read: {file}: {problem.strerror}; "
            "`dataplane-conformance run` writes one"
        ) from None
    except ValueError as problem:
        raise UsageProblem(f"{file} is not a report: it is not JSON ({problem})") from None
    try:
        jsonschema.validate(document, schema())
    except jsonschema.ValidationError as problem:
        where = problem.json_path
        raise UsageProblem(
            f"{file} is not a report of this release: {where}: {problem.message[:200]}; "
            "render it with the release that wrote it"
        ) from None
    return document


def _rendered(document: Document, format: str, *, to_console: bool) -> str:
    if format == "markdown":
        return render_markdown.render(document)
    if not to_console:
        return render_text.render(document)
    width = shutil.get_terminal_size().columns
    colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return render_text.render(document, width=width, colour=colour)
