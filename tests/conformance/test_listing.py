"""`dataplane-conformance list` shows what is judged, at any width."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING

import pytest

from conformance.requirements import UnknownArea, listing, load
from tests.conformance.material import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Sequence

ROWS = tuple(CATALOGUE.values())


def ran(*arguments: str) -> int:
    """The exit code of `list` with these arguments."""
    parser = argparse.ArgumentParser()
    listing.configure(parser)
    return listing.main(parser.parse_args(arguments))


def ids_in(text: str, ids: Sequence[str]) -> list[str]:
    """Those of the ids that a text names."""
    return [id for id in ids if id in text]


@pytest.mark.parametrize("width", [60, 80, 120])
def test_fits_the_width(width: int) -> None:
    """Every requirement is there, and no line is longer than the console is wide."""
    text = listing.as_text(load(), tuple(load().values()), width)
    assert ids_in(text, [*load()]) == [*load()]
    assert max(len(line) for line in text.splitlines()) <= width


def test_narrow_and_wide_say_the_same() -> None:
    """The width changes where lines break, and nothing else."""
    narrow, wide = (listing.as_text(CATALOGUE, ROWS, width) for width in (60, 120))
    assert narrow.split() == wide.split()


def test_row_says_level_basis_and_needs() -> None:
    """A row shows how much it weighs, what it rests on and what it takes to judge it."""
    text = listing.as_text(CATALOGUE, ROWS, 120)
    assert "ONE-01   MUST   The first thing is done" in text
    assert "documented; needs api-key" in text
    assert "derived; needs nothing" in text
    assert "withdrawn: the vendor gave it up" in text


def test_prints_everything(capsys: pytest.CaptureFixture[str]) -> None:
    """Without arguments the whole catalogue is printed."""
    assert ran() == 0
    assert ids_in(capsys.readouterr().out, [*load()]) == [*load()]


def test_level_leaves_the_others_out(capsys: pytest.CaptureFixture[str]) -> None:
    """With a level only its requirements are printed."""
    assert ran("--level", "should", "--json") == 0
    rows = json.loads(capsys.readouterr().out)["requirements"]
    assert {row["level"] for row in rows} == {"SHOULD"}


def test_json_holds_the_rows(capsys: pytest.CaptureFixture[str]) -> None:
    """The JSON form holds every field of every row of the area."""
    assert ran("--area", "audit", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["catalogue"] == load().version
    assert [row["id"] for row in document["requirements"]] == [
        row.id for row in load().in_area("audit")
    ]
    assert document["requirements"][0]["needs"] == ["api-key"]


def test_unknown_area_is_told() -> None:
    """A mistyped area is answered with the nearest one."""
    with pytest.raises(UnknownArea, match="did you mean 'audit'"):
        ran("--area", "audits")
