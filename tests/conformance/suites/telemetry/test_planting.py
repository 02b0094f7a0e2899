"""Every place has a text of its own, and rows are full of them."""

from __future__ import annotations

import json

from conformance.instruments.canary import Detector
from conformance.suites.telemetry.planting import CONTENT, NAMES, Planted

IN_NO_ROW = {"a comment on a row", "the content of a prompt", "a row that was refused"}
IN_NO_DATASET = {"the output of a row", "the error of a row", "the name of a span"}


def places(planted: Planted, kind: str) -> set[str]:
    """The places whose texts a row holds."""
    row = json.dumps(planted.row("row-1", kind=kind)).encode()
    return {one.canary.place for one in Detector(planted.content.values()).search(row).findings}


def test_every_place_has_a_text_of_its_own() -> None:
    """No text stands in two places, nor is it the same the next time."""
    one, other = Planted.fresh(), Planted.fresh()
    texts = [each.text(place) for each in (one, other) for place in (*CONTENT, *NAMES)]
    assert len(set(texts)) == 2 * len(CONTENT + NAMES)


def test_rows_are_full_of_content() -> None:
    """What can stand in a row does; a dataset's has no outputs and spans."""
    planted = Planted.fresh()
    assert places(planted, "project_logs") == set(CONTENT) - IN_NO_ROW
    assert places(planted, "dataset") == set(CONTENT) - IN_NO_ROW - IN_NO_DATASET
