"""`dataplane-conformance list`: what this release judges."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from dataclasses import asdict
from typing import TYPE_CHECKING

from conformance.requirements.catalogue import load

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from conformance.requirements.catalogue import Catalogue, Requirement

WIDEST = 120
NARROW = 80


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `list`."""
    parser.add_argument("--area", metavar="AREA", help="only the requirements of this area")
    parser.add_argument("--level", type=str.lower, choices=("must", "should"), help="only these")
    parser.add_argument("--json", action="store_true", help="as JSON, for programs")


def main(arguments: argparse.Namespace) -> int:
    """Print the requirements; return the exit code of the command."""
    catalogue = load()
    rows = catalogue.in_area(arguments.area) if arguments.area else tuple(catalogue.values())
    if arguments.level:
        rows = tuple(row for row in rows if row.level == arguments.level.upper())
    if arguments.json:
        sys.stdout.write(as_json(catalogue, rows))
    else:
        sys.stdout.write(as_text(catalogue, rows, shutil.get_terminal_size().columns))
    return 0


def as_json(catalogue: Catalogue, rows: Sequence[Requirement]) -> str:
    """Return the rows as a JSON document."""
    requirements = [asdict(row) for row in rows]
    document = {"catalogue": catalogue.version, "requirements": requirements}
    return json.dumps(document, indent=2) + "\n"


def as_text(catalogue: Catalogue, rows: Sequence[Requirement], width: int) -> str:
    """Return the rows as text that fits the width, area by area."""
    return "\n".join(_lines(catalogue, rows, max(40, min(width, WIDEST)))) + "\n"


def _lines(catalogue: Catalogue, rows: Sequence[Requirement], width: int) -> Iterator[str]:
    musts = sum(row.is_must for row in rows)
    yield f"catalogue {catalogue.version}: {len(rows)} requirements, {musts} of them MUST"
    for area in dict.fromkeys(row.area for row in rows):
        yield f"\n{area}"
        for row in rows:
            if row.area == area:
                yield from _row(row, width)


def _row(row: Requirement, width: int) -> Iterator[str]:
    head = f"  {row.id:8} {row.level:6} "
    hanging = " " * (4 if width < NARROW else len(head))
    yield from textwrap.wrap(
        row.title, width, initial_indent=head, subsequent_indent=hanging, break_on_hyphens=False
    )
    detail = f"{row.basis}; needs {', '.join(row.needs) or 'nothing'}"
    if row.withdrawn:
        detail = f"withdrawn: {row.withdrawn}"
    yield from textwrap.wrap(
        detail, width, initial_indent=hanging, subsequent_indent=hanging, break_on_hyphens=False
    )
